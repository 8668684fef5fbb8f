# Reads the text files of a folder. The input is JSON on stdin, the answer is JSON on stdout, stderr is the log: see "baton logs".
import json
import sys
from pathlib import Path

request = json.load(sys.stdin)
paths = sorted(Path(request["folder"]).glob("*.txt"))
notes = [{"file": str(path), "text": path.read_text(encoding="utf-8")} for path in paths]
print(f"read {len(notes)} notes", file=sys.stderr)
json.dump({"notes": notes}, sys.stdout)
