"""A ceremony script, walked step by step as a conversation without a terminal."""
