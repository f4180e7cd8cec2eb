"""Records ``recorded.json``; see ``snippets.py``."""
import io
import json
import os
import warnings

warnings.simplefilter('ignore')
import snippets  # noqa: E402

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'recorded.json')
with io.open(path, 'w', encoding='utf-8') as f:
    lines = [json.dumps(each, sort_keys=True) for each in snippets.outcomes()]
    f.write(u'[\n' + u',\n'.join(u'' + line for line in lines) + u'\n]\n')
