"""classroom/kubernetes: what can be proved of it without a cluster; README.md there says what can't."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "classroom" / "kubernetes"
CHART = "4.4.0"
VALUES = yaml.safe_load((FOLDER / "values.yaml").read_text())
SITE = yaml.safe_load((FOLDER / "situs.example.yaml").read_text())
CODE = VALUES["hub"]["extraConfig"]
OBJECTS = [
    item
    for name in ("volumes.yaml", "formgrader.yaml", "dask.yaml")
    for item in yaml.safe_load_all((FOLDER / name).read_text())
]
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="hanya root dapat mengganti pemilik"
)


class Settings:
    """Traitlets' config object: any section, any setting."""

    def __getattr__(self, name):
        self.__dict__[name] = Settings()
        return self.__dict__[name]


def load(name, **names):
    """The names that one entry of hub.extraConfig defines, run as the chart runs it."""
    settings = Settings()
    settings.JupyterHub.authenticator_class = Base
    space = {"c": settings, "get_config": lambda key: None, **names}
    exec(compile(CODE[name], name, "exec"), space)
    return SimpleNamespace(**space)


class Base:
    """An authenticator that believes everybody."""

    admin_users = frozenset({"admin"})
    fresh = True

    async def authenticate(self, handler, data):
        return data

    def check_allowed(self, username, authentication=None):
        if not authentication["verified"]:
            raise PermissionError(username)
        return False

    async def refresh_user(self, user, handler=None):
        return self.fresh

    def normalize_username(self, name):
        return name.lower()


def find(kind, name):
    """One object of the manifests."""
    (found,) = [o for o in OBJECTS if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    return found


def pods():
    """{name: pod template} of the Deployments."""
    return {
        o["metadata"]["name"]: o["spec"]["template"] for o in OBJECTS if o["kind"] == "Deployment"
    }


def containers(pod):
    """Its containers, those that run first too."""
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


# ---- a user id of their own


@pytest.fixture
def table(tmp_path):
    """An empty table of accounts."""
    path = tmp_path / "passwd"
    path.touch()
    return path


ACCOUNTS = load("20-accounts.py")


def test_everybody_gets_an_id_of_their_own_for_ever(table):
    """The same name has the same id again; another name never has it."""
    names = ["ayu", "13523001", "ayu", "b.d@ui.ac.id", "13523001"]
    given = [ACCOUNTS.assign_uid(name, table) for name in names]
    assert given == [20000, 20001, 20000, 20002, 20001]


def test_the_table_is_what_the_pods_read_for_names(table):
    """It is a passwd(5) file, readable for everybody."""
    ACCOUNTS.assign_uid("ayu", table)
    assert table.read_text() == "ayu:x:20000:20000::/home/murid:/bin/bash\n"
    assert table.stat().st_mode & 0o777 == 0o644
    assert list(table.parent.iterdir()) == [table]


def test_an_id_is_never_given_again(table):
    """Where lines were taken out by hand, the next id is still above all others."""
    table.write_text("dewi:x:20007:20007::/home/murid:/bin/bash\n")
    assert ACCOUNTS.assign_uid("ayu", table) == 20008


@pytest.mark.parametrize(
    "line",
    [
        "ayu:x:0:0::/home/murid:/bin/bash",
        "ayu:x:20000",
        "ayu:x:dua:20000::/home/murid:/bin/bash",
        "dewi:x:20001:20001::/home/murid:/bin/bash\ndewi:x:20002:20002::/home/murid:/bin/bash",
        "dewi:x:20001:20001::/home/murid:/bin/bash\nayu:x:20001:20001::/home/murid:/bin/bash",
    ],
)
def test_a_damaged_table_is_refused_and_left_alone(table, line):
    """An id twice, a name twice, an id of the system, half a line: nobody gets somebody's files."""
    table.write_text(line + "\n")
    with pytest.raises(ACCOUNTS.AccountError, match=r"rusak di baris [12]\. Hubungi admin"):
        ACCOUNTS.assign_uid("putri", table)
    assert table.read_text() == line + "\n"


def test_a_table_that_is_gone_is_not_begun_anew(tmp_path):
    """An empty table would hand out the ids of those whose files are still there."""
    with pytest.raises(ACCOUNTS.AccountError, match=r"tidak dapat dibaca\. Hubungi admin"):
        ACCOUNTS.assign_uid("ayu", tmp_path / "passwd")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a:b", "a/b", "a\nroot:x:0:0", "-rf", "Ayu", "a b", "x" * 65])
def test_a_name_that_is_none(table, name):
    """What would break the table or a submission's folder."""
    with pytest.raises(ACCOUNTS.AccountError, match="tidak dapat dipakai"):
        ACCOUNTS.assign_uid(name, table)
    assert table.read_text() == ""


@pytest.mark.parametrize("name", ["root", "nobody", "modul11"])
def test_a_name_of_the_system(table, name, monkeypatch):
    """Nobody becomes the course account, which the Hub's pod does not know, or one of the image's users."""
    known = {"root", "nobody"}
    monkeypatch.setattr(ACCOUNTS.pwd, "getpwnam", lambda asked: {n: n for n in known}[asked])
    with pytest.raises(ACCOUNTS.AccountError, match="milik sistem"):
        ACCOUNTS.assign_uid(name, table)


def test_a_full_table(table):
    """The last id is 59999."""
    table.write_text("ayu:x:59999:59999::/home/murid:/bin/bash\n")
    assert ACCOUNTS.assign_uid("ayu", table) == 59999
    with pytest.raises(ACCOUNTS.AccountError, match="penuh"):
        ACCOUNTS.assign_uid("dewi", table)


def test_a_table_that_cannot_be_written(table, monkeypatch):
    """One sentence; the table is as it was and nothing is left beside it."""

    def refuse(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(ACCOUNTS.AccountError, match=r"tidak dapat ditulis \(No space left"):
        ACCOUNTS.assign_uid("ayu", table)
    assert (table.read_text(), list(table.parent.iterdir())) == ("", [table])


def test_the_container_is_told_whose_it_is(table):
    """The hook adds three variables to this person's server only; the Hub shows a refusal's sentence."""
    hooks = load("20-accounts.py")
    # The table's place is the default of a parameter.
    hooks.assign_uid.__defaults__ = (table,)
    shared = {"LANG": "C.UTF-8"}
    spawner = SimpleNamespace(user=SimpleNamespace(name="13523001"), environment=shared)
    hooks.c.KubeSpawner.pre_spawn_hook(spawner)
    own = {"NB_USER": "13523001", "NB_UID": "20000", "NB_GID": "20000"}
    assert (spawner.environment, shared) == ({"LANG": "C.UTF-8", **own}, {"LANG": "C.UTF-8"})
    table.unlink()
    with pytest.raises(hooks.AccountError) as caught:
        hooks.give_account(spawner)
    assert caught.value.jupyterhub_message == str(caught.value)


# ---- who may come in


def people(**values):
    """The authenticator that comes of a list of people."""
    return load(
        "10-people.py", get_config={"custom.people": values}.get
    ).c.JupyterHub.authenticator_class


def test_only_those_on_the_list_come_in():
    """Whoever vouches for a name: it must be on the list, or an admin's."""
    authenticator = people(students=["13523001", 13523002], instructors=["Siti"])()
    names = ["13523001", "13523002", "siti", "admin", "budi", ""]
    assert [name for name in names if allows(authenticator, name)] == names[:4]


def allows(authenticator, name, *model):
    """Whether somebody is let in."""
    return asyncio.run(authenticator.check_allowed(name, *model))


def test_an_empty_list_lets_in_admins_only():
    """As values.yaml comes, without a site's file."""
    authenticator = people(**VALUES["custom"]["people"])()
    assert [name for name in ("siti", "admin") if allows(authenticator, name)] == ["admin"]


def test_what_the_provider_refuses_stays_refused():
    """Its answer counts for nothing, but its exception does: an address that nobody has verified."""
    authenticator = people(students=["ayu"], instructors=[])()
    assert allows(authenticator, "ayu", {"verified": True}) is True
    assert allows(authenticator, "budi", {"verified": False}) is False
    with pytest.raises(PermissionError):
        allows(authenticator, "ayu", {"verified": False})


@pytest.mark.parametrize("data", ["Siti", {"name": "Siti", "auth_state": None}])
def test_groups_follow_the_list(data):
    """An instructor is in the group that opens formgrader, a student is not."""
    authenticator = people(students=["13523001"], instructors=["siti"])()
    model = asyncio.run(authenticator.authenticate(None, data))
    assert model["groups"] == ["formgrade-modul11"]
    assert asyncio.run(authenticator.authenticate(None, "13523001"))["groups"] == [
        "nbgrader-modul11"
    ]
    assert asyncio.run(authenticator.authenticate(None, None)) is None


def test_who_is_taken_off_the_list_is_out():
    """At the next refresh; and one whom the provider no longer knows too."""
    authenticator = people(students=["ayu"], instructors=[])()

    def refresh(name):
        return asyncio.run(authenticator.refresh_user(SimpleNamespace(name=name)))

    assert (refresh("ayu"), refresh("budi")) == ({"groups": ["nbgrader-modul11"]}, False)
    authenticator.fresh = False
    assert refresh("ayu") is False


def test_the_settings_of_the_chosen_way_to_sign_in_still_reach_it():
    """JupyterHub configures a class by the names of its bases."""
    chosen = people(students=["ayu"])
    assert (chosen.__name__, chosen.__mro__[1]) == ("PeopleBase", Base)


def test_a_way_to_sign_in_is_found_by_either_kind_of_name():
    """A registered name, or the path of a class."""
    code = load("10-people.py")
    found = code.find_authenticator("collections.OrderedDict")
    assert (found.__name__, code.find_authenticator(Base)) == ("OrderedDict", Base)


# ---- values.yaml


def test_the_version_of_the_chart_is_named_once_and_everywhere_the_same():
    """In the values, the list of packages and the README; the Hub's version too."""
    readme = (FOLDER / "README.md").read_text()
    assert (
        f"chart Zero to JupyterHub {CHART} (JupyterHub 5.5.0)"
        in (FOLDER / "values.yaml").read_text()
    )
    assert f"--version {CHART}" in readme
    assert f"chart Zero to JupyterHub {CHART}" in (FOLDER / "requirements.txt").read_text()
    assert "jupyterhub==5.5.0" in (FOLDER / "requirements.txt").read_text()


def merge(values, changes):
    """One file of values over another, as Helm does it: null takes a key away."""
    merged = {**values}
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict):
            value = merge(values[key], value)
        merged[key] = value
    return {key: value for key, value in merged.items() if key not in changes or value is not None}


def test_values_fit_the_chart():
    """The chart's own schema, where an unpacked chart is at hand (README.md, "Memeriksa")."""
    chart = os.environ.get("MODUL11_CHART")
    if not chart:
        pytest.skip("MODUL11_CHART tidak menyebut folder chart")
    import jsonschema

    about = yaml.safe_load(Path(chart, "Chart.yaml").read_text())
    schema = json.loads(Path(chart, "values.schema.json").read_text())
    defaults = yaml.safe_load(Path(chart, "values.yaml").read_text())
    assert (about["version"], about["appVersion"]) == (CHART, "5.5.0")
    jsonschema.validate(merge(merge(defaults, VALUES), SITE), schema)
    with pytest.raises(jsonschema.ValidationError, match="salah_tulis"):
        jsonschema.validate(merge(defaults, {"hub": {"salah_tulis": 1}}), schema)


def test_a_pod_can_become_one_person_and_nothing_more():
    """Root with three capabilities, no way to more, no fsGroup that would repaint the exchange."""
    context = VALUES["hub"]["config"]["KubeSpawner"]["container_security_context"]
    student = VALUES["singleuser"]
    assert context["capabilities"] == {"drop": ["ALL"], "add": ["CHOWN", "SETGID", "SETUID"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert (student["uid"], student["fsGid"], student["allowPrivilegeEscalation"]) == (
        0,
        None,
        False,
    )
    assert student["storage"]["extraVolumeMounts"]["accounts"]["readOnly"] is True


def test_no_own_file_keeps_a_server_from_starting():
    """Values, image and manifests start Python without the working folder on its path."""
    (command,) = re.findall(r"^CMD (\[.*\])$", INSTRUCTIONS, re.M)
    start = ["python", "-P", "-m", "asynclab.classroom.singleuser"]
    started = [c["args"] for pod in pods().values() for c in containers(pod) if "args" in c]
    assert VALUES["singleuser"]["cmd"] == json.loads(command) == start
    assert start in [args[:4] for args in started]
    assert all(args[1] == "-P" for args in started if args[0] == "python")


def test_a_students_pod_reaches_nothing_but_the_hub():
    """Of the chart's rules only the cluster's own name service is allowed."""
    policy = VALUES["singleuser"]["networkPolicy"]
    allowed = [name for name, on in policy["egressAllowRules"].items() if on]
    assert (policy["enabled"], allowed, "egress" in policy) == (
        True,
        ["dnsPortsKubeSystemNamespace"],
        False,
    )


def test_rights_are_as_small_as_on_one_server():
    """Instructors open formgrader; the service's own token may do nothing; nobody is let in unseen."""
    hub = VALUES["hub"]
    (role,) = hub["loadRoles"].values()
    assert (role["scopes"], role["groups"]) == (
        ["access:services!service=modul11"],
        ["formgrade-modul11"],
    )
    assert list(hub["services"]) == ["modul11"]
    assert not {"admin", "apiToken", "api_token"} & set(hub["services"]["modul11"])
    assert hub["config"]["NativeAuthenticator"]["open_signup"] is False
    assert "allow_all" not in (FOLDER / "values.yaml").read_text()


def test_one_person_cannot_take_the_machine():
    """Limits of memory and processor, and idle servers are stopped."""
    student = VALUES["singleuser"]
    assert all(student[what]["limit"] and student[what]["guarantee"] for what in ("cpu", "memory"))
    assert (VALUES["cull"]["enabled"], VALUES["cull"]["timeout"]) == (True, 3600)


def test_the_home_is_the_same_everywhere():
    """Values, table of accounts and image name one folder."""
    assert VALUES["singleuser"]["storage"]["homeMountPath"] == ACCOUNTS.HOME == "/home/murid"
    assert f"HOME={ACCOUNTS.HOME}" in (FOLDER / "Dockerfile").read_text()


def keys(value, path=()):
    """Every (path, leaf) of nested values."""
    if isinstance(value, dict):
        return [item for key, inner in value.items() for item in keys(inner, (*path, str(key)))]
    if isinstance(value, list):
        return [item for inner in value for item in keys(inner, path)]
    return [(path, value)]


def test_no_secret_is_in_any_file():
    """What is named like a secret refers to one, and nothing looks like one."""
    secret = re.compile("secret|token|password|cookie|key$", re.IGNORECASE)
    harmless = {"minimum_password_length", "check_common_password", "token_url"}
    found = [
        (path[-1], value)
        for document in (VALUES, SITE, *OBJECTS)
        for path, value in keys(document)
        if secret.search(path[-1]) and path[-1] not in harmless and "secretKeyRef" not in path
    ]
    assert [item for item in found if item[0] != "automountServiceAccountToken"] == []
    text = "".join(path.read_text() for path in sorted(FOLDER.iterdir()))
    assert re.findall(r"\b[0-9a-f]{32,}\b|BEGIN [A-Z ]*PRIVATE KEY", text) == []


# ---- the manifests


def test_every_manifest_is_applied():
    """kustomization.yaml lists each file with objects in it."""
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    others = {"values.yaml", "situs.example.yaml", "kustomization.yaml"}
    assert sorted(listed) == sorted({path.name for path in FOLDER.glob("*.yaml")} - others)


def test_volumes_are_claimed_by_their_names():
    """Each volume that a pod or the chart mounts is claimed in volumes.yaml, and each claim is used."""
    claimed = {o["metadata"]["name"] for o in OBJECTS if o["kind"] == "PersistentVolumeClaim"}
    used = {
        value for doc in (VALUES, *OBJECTS) for path, value in keys(doc) if path[-1] == "claimName"
    }
    assert used == claimed


def test_only_the_gradebooks_volume_is_for_one_pod():
    """Exchange and accounts are mounted in many pods; the gradebook in one, which never overlaps itself."""
    modes = {
        o["metadata"]["name"]: o["spec"]["accessModes"]
        for o in OBJECTS
        if o["kind"] == "PersistentVolumeClaim"
    }
    one, many = ["ReadWriteOnce"], ["ReadWriteMany"]
    assert modes == {"modul11-exchange": many, "modul11-accounts": many, "modul11-course": one}
    formgrader = find("Deployment", "formgrader")["spec"]
    assert (formgrader["replicas"], formgrader["strategy"]) == (1, {"type": "Recreate"})
    assert "modul11-course" not in (FOLDER / "values.yaml").read_text()


@pytest.mark.parametrize("name", sorted(pods()))
def test_pods_mount_what_they_have_and_have_limits(name):
    """Every mount names a volume of the pod; every container has limits and drops all capabilities."""
    pod = pods()[name]
    volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
    for container in containers(pod):
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}
        context = {**pod["spec"]["securityContext"], **container["securityContext"]}
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"]["drop"] == ["ALL"]
        # The one that prepares the volumes has to be root; it runs nothing of anybody's.
        assert context["runAsUser"] == (0 if container["name"] == "volumes" else 10000)
    assert pod["spec"]["automountServiceAccountToken"] is False


def test_submissions_run_where_a_sandbox_can_be_made():
    """Where student code is graded the profiles allow user namespaces, elsewhere they stay."""
    open_ones = {
        name
        for name, pod in pods().items()
        if pod["spec"]["securityContext"]["seccompProfile"]["type"] == "Unconfined"
    }
    assert open_ones == {"formgrader", "dask-worker"}
    assert "trust" not in json.dumps(OBJECTS)


def test_a_worker_without_a_sandbox_does_not_begin(monkeypatch, capsys):
    """The check in front of it says why, in a sentence, and fails; where it works it says nothing."""
    (check,) = pods()["dask-worker"]["spec"]["initContainers"]
    program, *options, code = check["args"]
    assert (program, options[-1]) == ("python", "-c")
    monkeypatch.setattr("asynclab.isolation.obstacle", lambda: "unshare: Operation not permitted")
    with pytest.raises(SystemExit, match=r"Sandbox tidak dapat dibuat .*unshare.*README\.md"):
        exec(code, {})
    monkeypatch.setattr("asynclab.isolation.obstacle", lambda: "")
    exec(code, {})


def admits(policy, direction, source, port):
    """Whether a policy lets a pod with these labels through on this port."""
    side = "from" if direction == "ingress" else "to"
    for rule in policy["spec"][direction]:
        peers = [peer["podSelector"]["matchLabels"] for peer in rule[side] if "podSelector" in peer]
        known = any(peer.items() <= source.items() for peer in peers)
        if known and port in [item["port"] for item in rule["ports"]]:
            return True
    return False


JUPYTERHUB = {"app.kubernetes.io/name": "jupyterhub"}
PROXY = {**JUPYTERHUB, "app.kubernetes.io/component": "proxy"}
HUB = {**JUPYTERHUB, "app.kubernetes.io/component": "hub"}
STUDENT = {**JUPYTERHUB, "app.kubernetes.io/component": "singleuser-server"}
FORMGRADER = {"app": "formgrader"}
SCHEDULER = {"app": "dask", "component": "scheduler"}
WORKER = {"app": "dask", "component": "worker"}


@pytest.mark.parametrize(
    ("name", "port", "welcome"),
    [
        ("formgrader", "http", [PROXY]),
        ("dask-scheduler", "scheduler", [FORMGRADER, WORKER]),
        ("dask-worker", "worker", [SCHEDULER, WORKER]),
    ],
)
def test_who_may_call_whom(name, port, welcome):
    """A scheduler runs whatever it is sent, so that no student's pod may reach it, nor formgrader."""
    policy = find("NetworkPolicy", name)
    everybody = [PROXY, HUB, STUDENT, FORMGRADER, SCHEDULER, WORKER]
    assert [p for p in everybody if admits(policy, "ingress", p, port)] == welcome
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert (
        policy["spec"]["podSelector"]["matchLabels"].items()
        <= pods()[name]["metadata"]["labels"].items()
    )


@pytest.mark.parametrize(
    ("name", "goals"),
    [
        ("formgrader", [(HUB, 8081), (SCHEDULER, 8786)]),
        ("dask-scheduler", [(WORKER, 8789)]),
        ("dask-worker", [(SCHEDULER, 8786), (WORKER, 8789)]),
    ],
)
def test_who_calls_whom(name, goals):
    """Each pod reaches what it needs, and of all the others nothing."""
    policy = find("NetworkPolicy", name)
    everything = [
        (pod, port) for pod in (HUB, STUDENT, SCHEDULER, WORKER) for port in (8081, 8786, 8789)
    ]
    assert [goal for goal in everything if admits(policy, "egress", *goal)] == goals
    assert "ipBlock" not in json.dumps(policy)


def test_services_find_their_pods():
    """Selector, named port and the addresses that others use agree."""
    for name in ("formgrader", "dask-scheduler"):
        service, pod = find("Service", name)["spec"], pods()[name]
        (port,) = service["ports"]
        (opened,) = [p for c in pod["spec"]["containers"] for p in c["ports"]]
        assert service["selector"].items() <= pod["metadata"]["labels"].items()
        assert (port["targetPort"], port["port"]) == (opened["name"], opened["containerPort"])
    assert VALUES["hub"]["services"]["modul11"]["url"] == "http://formgrader:8888"
    worker = pods()["dask-worker"]["spec"]["containers"][0]["args"]
    assert "tcp://dask-scheduler:8786" in worker
    (listening,) = pods()["dask-worker"]["spec"]["containers"][0]["ports"]
    assert worker[worker.index("--worker-port") + 1] == str(listening["containerPort"]) == "8789"
    assert "--scheduler tcp://dask-scheduler:8786" in (FOLDER / "README.md").read_text()


def test_formgrader_is_the_hubs_service():
    """Its variables say so, and its token comes from the Secret that the chart makes."""
    (container,) = pods()["formgrader"]["spec"]["containers"]
    variables = {item["name"]: item.get("value") for item in container["env"]}
    (token,) = [item["valueFrom"] for item in container["env"] if "valueFrom" in item]
    assert token == {"secretKeyRef": {"name": "hub", "key": "hub.services.modul11.apiToken"}}
    assert variables["JUPYTERHUB_SERVICE_NAME"] == "modul11"
    assert variables["JUPYTERHUB_SERVICE_PREFIX"] == "/services/modul11/"
    assert variables["JUPYTERHUB_CLIENT_ID"] == "service-modul11"
    labels = pods()["formgrader"]["metadata"]["labels"]
    assert labels["hub.jupyter.org/network-access-hub"] == "true"


# ---- the image

INSTRUCTIONS = re.sub(r"\\\n", " ", (FOLDER / "Dockerfile").read_text())


def stages():
    """{stage: (the one it starts from, what it copies from the course)} of the Dockerfile."""
    found = {}
    for line in INSTRUCTIONS.splitlines():
        if start := re.match(r"FROM (\S+) AS (\S+)", line):
            base, stage = start.groups()
            found[stage] = (base, [])
        elif line.startswith("COPY ") and "--from=" not in line:
            words = [word for word in line.split()[1:] if not word.startswith("--")]
            found[stage][1].extend(words[:-1])
    return found


def contents(stage):
    """Everything of the course that ends up in an image."""
    base, copied = stages()[stage]
    return set(copied) | (contents(base) if base in stages() else set())


def test_students_get_no_solutions():
    """Neither source/ nor tests/, nor the release that formgrader gives out, nor the seed of grading."""
    assert not {"source", "tests", "release", "nbgrader_config.py", "."} & contents("murid")
    assert {"notebooks", "asynclab"} <= contents("murid")
    assert {"source", "release", "nbgrader_config.py", "asynclab"} <= contents("dosen")


def test_all_that_is_copied_is_there_and_is_sent():
    """Each path exists, and .dockerignore lets it through."""
    sent = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    for path in contents("murid") | contents("dosen"):
        assert (ROOT / path).exists()
        assert any(
            line[0] == "!" and f"{path}/".startswith(f"{line[1:]}/") for line in sent if line
        )
    assert sent[1] == "*"


def test_the_images_carry_the_packages_version():
    """The tag is the same in values, manifests, example and README."""
    tag = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.M)[1]
    images = {c["image"] for pod in pods().values() for c in containers(pod)}
    assert images == {f"modul11-dosen:{tag}"}
    assert VALUES["singleuser"]["image"] == {"name": "modul11", "tag": tag}
    assert SITE["singleuser"]["image"]["tag"] == tag
    assert set(re.findall(r"modul11(?:-dosen)?:([\d.]+)", (FOLDER / "README.md").read_text())) == {
        tag
    }


def pinned(path):
    """{package: version} of a list of packages."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text(), re.M))


def test_the_image_has_the_courses_versions():
    """What is added leaves the course's versions alone, except JupyterHub's: that is the chart's."""
    course, added = pinned(ROOT / "requirements.txt"), pinned(FOLDER / "requirements.txt")
    different = {name for name in added.keys() & course.keys() if added[name] != course[name]}
    assert different <= {"jupyterhub"}
    assert {"jupyterhub", "dask", "distributed"} <= added.keys()
    order = [INSTRUCTIONS.index(f"--requirement {name}") for name in ("requirements", "classroom")]
    assert order == sorted(order)


def test_the_image_is_of_a_python_that_the_course_supports():
    """As pyproject.toml says."""
    (version,) = re.findall(r"^FROM python:(\d\.\d+)-", INSTRUCTIONS, re.M)
    assert f"Python :: {version}" in (ROOT / "pyproject.toml").read_text()


def test_the_students_settings_are_made_by_the_images_command(tmp_path):
    """The line in the Dockerfile runs; of the course's settings only what students see is left."""
    (command,) = re.findall(r"^RUN (\[.*\])$", INSTRUCTIONS, re.M)
    _, option, code = json.loads(command)
    code = code.replace("/opt/modul11/student", str(tmp_path)).replace("/opt/modul11", str(ROOT))
    subprocess.run([sys.executable, option, code], check=True, cwd=ROOT)
    written = "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    assert "modul11" in written
    assert "ExecuteAndJudge" not in written


# ---- the two scripts


def start(home, *command, **variables):
    """Run start.sh as a container would, with this home, by a root who is in one more group."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), **variables}
    return subprocess.run(
        [FOLDER / "start.sh", *command],
        env=environment,
        extra_groups=[4],
        capture_output=True,
        text=True,
        check=False,
    )


@as_root
def test_start_becomes_the_person(tmp_path):
    """The home is theirs, root is gone for good, and the command's exit code is the container's."""
    home = tmp_path / "rumah"
    home.mkdir()
    who = "id -u; id -g; id -G; echo $USER $LOGNAME; grep -E 'CapPrm|NoNewPrivs' /proc/self/status; exit 7"
    done = start(home, "sh", "-c", who, NB_USER="nobody", NB_UID="65534", NB_GID="65534")
    words = ["65534", "65534", "65534", "nobody", "nobody", "CapPrm:", "0" * 16, "NoNewPrivs:", "1"]
    assert (done.stdout.split(), done.stderr, done.returncode) == (words, "", 7)
    assert (home.stat().st_uid, home.stat().st_gid) == (65534, 65534)


@as_root
@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "NB_USER kosong"),
        ({"NB_USER": "ayu"}, "harus bilangan"),
        ({"NB_USER": "ayu", "NB_UID": "20000; id", "NB_GID": "20000"}, "harus bilangan"),
        ({"NB_USER": "root", "NB_UID": "0", "NB_GID": "0"}, "uid 0 milik sistem"),
        ({"NB_USER": "nobody", "NB_UID": "65534", "NB_GID": "0"}, "uid 0 milik sistem"),
        ({"NB_USER": "ayu", "NB_UID": "65534", "NB_GID": "65534"}, "bukan milik ayu"),
        ({"NB_USER": "ayu", "NB_UID": "59998", "NB_GID": "59998"}, "bukan milik ayu"),
    ],
)
def test_start_never_goes_on_as_somebody_else(tmp_path, variables, sentence):
    """One sentence, exit code 1, and the command has not run."""
    done = start(tmp_path, "echo", "jalan", **variables)
    assert (done.stdout, done.returncode) == ("", 1)
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


@as_root
def test_prepare_sets_owners_and_modes_and_can_be_repeated(tmp_path):
    """Students can put but not look; only the Hub writes the table; what is there stays as it is."""
    folders = [tmp_path / name for name in ("exchange", "accounts", "course")]
    subprocess.run([FOLDER / "prepare.sh", *folders], check=True)
    (tmp_path / "accounts/passwd").write_text("ayu:x:20000:20000::/home/murid:/bin/bash\n")
    sent = tmp_path / "exchange/modul11/inbound/kiriman"
    sent.touch()
    os.chown(sent, 20000, 20000)
    subprocess.run([FOLDER / "prepare.sh", *folders], check=True)
    found = {
        str(path.relative_to(tmp_path)): (path.stat().st_uid, oct(path.stat().st_mode & 0o7777))
        for path in tmp_path.rglob("*")
    }
    assert found == {
        "exchange": (0, "0o1777"),
        "exchange/modul11": (10000, "0o755"),
        "exchange/modul11/outbound": (10000, "0o755"),
        "exchange/modul11/inbound": (10000, "0o3733"),
        "exchange/modul11/inbound/kiriman": (20000, "0o644"),
        "accounts": (1000, "0o755"),
        "accounts/passwd": (1000, "0o644"),
        "course": (10000, "0o700"),
    }
    assert (tmp_path / "accounts/passwd").read_text().startswith("ayu:")
