"""API tests: what AWS documents, asked of a real server through boto3 and by hand-made requests."""
