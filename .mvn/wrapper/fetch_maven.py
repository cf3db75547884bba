"""Fetches the pinned Maven distribution into a folder of its own and checks its SHA-512.

Usage: fetch_maven.py MAVEN_VERSION SHA512 TARGET_FOLDER

The download goes through the package `maven-artifact`, which pip installs into a temporary folder,
so that the same index settings (proxy, mirror, certificates) serve it as serve Envoy and Valkey.
pip checks its hash (requirements.txt). Nothing that it depends on is installed: `requests` is the
copy inside pip, and `lxml` reads metadata that only versions like "latest" need.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile

REQUIREMENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "requirements.txt")

DOWNLOAD = """
import sys, types
from pip._vendor import requests
sys.modules["requests"] = requests
sys.modules["lxml"] = types.ModuleType("lxml")
sys.modules["lxml"].etree = None
from maven_artifact.main import main
main()
"""


def fetch(version: str, sha512: str, target: str) -> None:
    parent = os.path.dirname(target)
    with tempfile.TemporaryDirectory(dir=parent) as work:
        helper = os.path.join(work, "helper")
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--root-user-action=ignore", "--no-deps", "--only-binary", ":all:", "--require-hashes",
             "--requirement", REQUIREMENTS, "--target", helper],
            check=True)
        archive = os.path.join(work, "maven.zip")
        environment = dict(os.environ, PYTHONPATH=helper)
        subprocess.run(
            [sys.executable, "-c", DOWNLOAD,
             f"org.apache.maven:apache-maven:zip:bin:{version}", archive],
            check=True, env=environment, stdout=subprocess.DEVNULL)
        with open(archive, "rb") as stream:
            actual = hashlib.file_digest(stream, "sha512").hexdigest() if hasattr(hashlib, "file_digest") \
                else hashlib.sha512(stream.read()).hexdigest()
        if actual != sha512:
            sys.exit(f"Maven {version}: SHA-512 is {actual}, expected {sha512}; nothing was installed")
        with zipfile.ZipFile(archive) as bundle:
            bundle.extractall(work)
        unpacked = os.path.join(work, f"apache-maven-{version}")
        os.chmod(os.path.join(unpacked, "bin", "mvn"), 0o755)
        try:
            os.rename(unpacked, target)
        except OSError:
            if not os.path.isdir(target):
                raise


if __name__ == "__main__":
    fetch(*sys.argv[1:4])
