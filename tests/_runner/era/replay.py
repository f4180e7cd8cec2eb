"""Prints as JSON what the expressions give under the runner, own modules of whose this is one."""

import json

import snippets

print(json.dumps(snippets.outcomes()))
