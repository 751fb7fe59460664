"""Build what students receive from a kit's sources."""
