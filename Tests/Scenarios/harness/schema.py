"""An OpenAPI file, and whether an answer is as it says: the part of JSON Schema that it uses."""

import json
import os
import re

from .settings import REPOSITORY
from .waiting import Failed

PATH = os.path.join(REPOSITORY, "Docs", "control-api.json")
METHODS = ("get", "put", "post", "patch", "delete")
TYPES = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict,
    "array": list, "null": type(None),
}


class ControlAPI:
    """The file."""

    def __init__(self, path=PATH):
        with open(path, encoding="utf-8") as file:
            self.document = json.load(file)

    def operations(self, daemon):
        """{(method, path): operation} of a daemon."""
        return {
            (method.upper(), path): item[method]
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item and daemon in item[method]["x-daemons"]
        }

    def check(self, operation, status, content_type, body, where):
        """Raises `Failed` unless the operation may answer so."""
        answers = operation["responses"]
        if str(status) not in answers:
            raise Failed(f"{where}: status {status} is not documented: {body[:200]!r}")
        content = answers[str(status)]["content"]
        if content_type not in content:
            raise Failed(f"{where}: {content_type} is not documented")
        if content_type.startswith("text/"):
            return
        for line in body.splitlines() if content_type.endswith("ndjson") else [body]:
            if line and not line.startswith('{"lost":'):
                self.compare(json.loads(line), content[content_type]["schema"], where)

    def compare(self, value, schema, where):
        """Raises `Failed` unless the value is as the schema says."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self.compare(value, self.document["components"]["schemas"][name], where)
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(self._is(value, kind) for kind in kinds):
            raise Failed(f"{where}: expected {' or '.join(kinds)}; got {value!r}")
        if "enum" in schema and value not in schema["enum"]:
            raise Failed(f"{where}: expected one of {schema['enum']}; got {value!r}")
        if isinstance(value, list):
            for index, element in enumerate(value):
                self.compare(element, schema.get("items", {}), f"{where}[{index}]")
        if isinstance(value, dict):
            self._compare_object(value, schema, where)
        return None

    @staticmethod
    def _is(value, kind):
        if kind in ("integer", "number") and isinstance(value, bool):
            return False
        return isinstance(value, TYPES[kind])

    def _compare_object(self, value, schema, where):
        properties = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                raise Failed(f"{where}: {name} is missing in {value!r}")
        rest = schema.get("additionalProperties", True)
        for name, member in value.items():
            if name in properties:
                self.compare(member, properties[name], f"{where}.{name}")
            elif rest is False:
                raise Failed(f"{where}: {name} is not documented")
            elif isinstance(rest, dict):
                self.compare(member, rest, f"{where}.{name}")

    def references(self):
        """The names of the schemas that are used, and of those there are."""
        text = json.dumps(self.document)
        used = set(re.findall(r'"#/components/schemas/(\w+)"', text))
        return used, set(self.document["components"]["schemas"])
