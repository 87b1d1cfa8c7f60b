"""Reads CSV from standard input with Python's own csv module and prints its rows as JSON.

usage: read_csv.py <delimiter> < file.csv

Strict: a quote in the wrong place is an error. Bytes that are no UTF-8 are one too; a byte order mark is skipped.
"""

import csv
import io
import json
import sys

delimiter = sys.argv[1]
text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8-sig', errors='strict', newline='')
rows = list(csv.reader(text, delimiter=delimiter, strict=True))
json.dump(rows, sys.stdout)
