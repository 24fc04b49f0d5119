"""The machine itself: what is probed before a ceremony, and what is locked down during one."""
