"""The files of a cluster: copied to a temporary folder, with free ports and their own sockets."""

import os
import re
import shutil
import xml.etree.ElementTree as ElementTree

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
EXAMPLES = os.path.join(REPOSITORY, "Docs", "examples")

# The seed lies beside the repository where this project was made, and need not be there.
SEED = os.path.abspath(
    os.environ.get("HOLDFAST_SEED", os.path.join(REPOSITORY, "..", "shared", "seed"))
)

# The ports as the examples and the seed write them, and the folder of the examples' UNIX sockets.
PORTS = {"n1": 11211, "n2": 11212, "node4": 8084, "node5": 8085, "balancer": 8080}
SOCKET_FOLDER = "/run/holdfast/"

CONFIGURATION_ENDINGS = (".conf", "server.xml")


def copy_examples(folder, ports, socket_folder):
    """Copies `Docs/examples` to `folder`; ports and the socket folder are replaced word by word."""
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
    real = {str(PORTS[name]): str(port) for name, port in ports.items()}

    def port(found):
        return real.get(found.group(0), found.group(0))

    for path in configuration_files(folder):
        rewrite(
            path,
            lambda text: re.sub(r"\b(?:8080|8084|8085|11211|11212)\b", port, text).replace(
                SOCKET_FOLDER, socket_folder
            ),
        )


def copy_seed(folder):
    """Copies the seed as it stands. Pages the scenarios need are put beside the seed's own page."""
    shutil.copytree(SEED, folder, dirs_exist_ok=True)
    for path, folders, files in os.walk(folder):
        os.chmod(path, 0o755)
        for name in files:
            os.chmod(os.path.join(path, name), 0o644)
    for node in ("node4", "node5"):
        pages = os.path.join(EXAMPLES, node, "webapps", "testapp")
        for name in os.listdir(pages):
            if name != "index.jsp":
                shutil.copy(
                    os.path.join(pages, name),
                    os.path.join(folder, node, "webapps", "testapp", name),
                )


def configuration_files(folder):
    """Every file that holds addresses."""
    for path, _, files in os.walk(folder):
        for name in files:
            if name.endswith(CONFIGURATION_ENDINGS):
                yield os.path.join(path, name)


def rewrite(path, change):
    """Replaces a file's text by `change(text)`."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(change(text))


def change_element(server_xml, element, attributes):
    """Sets attributes (None: takes them away) of every `element` of a server.xml."""
    tree = ElementTree.parse(server_xml)
    for found in tree.iter(element):
        for name, value in attributes.items():
            if value is None:
                found.attrib.pop(name, None)
            else:
                found.set(name, value)
    tree.write(server_xml, encoding="UTF-8", xml_declaration=True)
