"""The warehouse on local or shared files: facts fed as Parquet, results computed by an engine."""
