# Counts the words of a file. The input is JSON on stdin, the answer is JSON on stdout, stderr is the log: see "baton logs".
import json
import sys

request = json.load(sys.stdin)
print("counting", request["file"], file=sys.stderr)
with open(request["file"], encoding="utf-8") as file:
    words = len(file.read().split())
json.dump({"file": request["file"], "words": words}, sys.stdout)
