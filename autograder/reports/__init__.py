"""Write pages and upload files from reports."""
