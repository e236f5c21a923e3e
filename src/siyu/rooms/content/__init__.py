"""Message templates with placeholders; materials come later."""
