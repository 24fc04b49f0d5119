"""The log of a ceremony: records, the journal that writes them, seals, signatures, verification."""
