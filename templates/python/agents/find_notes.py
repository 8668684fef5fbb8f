# Lists the text files of a folder. The input is JSON on stdin, the answer is JSON on stdout, stderr is the log.
import json
import sys
from pathlib import Path

request = json.load(sys.stdin)
files = sorted(str(path) for path in Path(request["folder"]).glob("*.txt"))
print(f"found {len(files)} files", file=sys.stderr)
json.dump({"files": files}, sys.stdout)
