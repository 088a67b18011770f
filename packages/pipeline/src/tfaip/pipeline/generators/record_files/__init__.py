"""Generators over files of many records: JSON lines, tar, TFRecord, Parquet.

In come paths or URLs; out go samples, shard by shard, or by index. Libraries load when a file is opened.
"""
