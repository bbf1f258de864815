"""The S3 API, a file per noun."""
