"""Payloads and the carriers that take them across the air gap."""
