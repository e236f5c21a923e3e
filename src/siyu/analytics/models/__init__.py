"""Models fitted by NumPy and SciPy on grouped tables: Arrow in, Arrow or numbers out."""
