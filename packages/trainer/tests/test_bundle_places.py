"""Where bundles of a run go, and what is never replaced."""

import logging
import shutil
from pathlib import Path

import attrs
import pytest

from tfaip.params import save
from tfaip.trainer import RunFolderError, TrainerParams
from tfaip.trainer.folder.bundle_places import BUNDLE_DIRS, BundlePlace, BundlePlaces, placeholder_problem
from tfaip.trainer.folder.named_places import require_named_places, require_places, run_folder_of, stored_places
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.folder.stored_training import load_trainer_params

ALL = tuple(BUNDLE_DIRS)


def bundle(path: Path, *others: str) -> Path:
    path.mkdir(parents=True)
    for name in ("scenario_params.json", "bundle.json", "weights.h5", *others):
        (path / name).write_text("")
    return path


@pytest.mark.parametrize("name", ["a{step}", "a{}", "{epoch.__class__}", "{epoch:999999999d}", "{epoch!r}", "a}", ""])
def test_only_the_epoch_is_a_placeholder(name):
    assert placeholder_problem(name)


def test_the_folder_of_each_epoch_must_hold_the_epoch(points_params):
    params = points_params()
    with pytest.raises(ValueError, match=r"must hold \{epoch\}"):
        params.epoch_dir = Path("epochs/all")
    params.epoch_dir = Path("epochs/of_{epoch}")


def test_the_newest_bundle_is_that_of_the_latest_epoch(tmp_path):
    place = BundlePlace(tmp_path / "run[1]{epoch}", "{epoch}/best_{epoch:02d}")
    assert place.newest == tmp_path / "run[1]{epoch}" / "0" / "best_00"
    for epoch in (3, 100, 20):
        bundle(place.of(epoch))
    for other in ("7/best_7", "7/best_08", "7/best_07x"):
        bundle(place.root / other)
    assert sorted(place.standing()) == [3, 20, 100]
    assert place.newest == place.root / "100" / "best_100"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"best_dir": "."}, "best_dir must name a folder in the run's or elsewhere"),
        ({"best_dir": ".."}, "best_dir must name a folder in the run's or elsewhere"),
        ({"best_dir": "checkpoint/best"}, "the run writes other files there"),
        ({"export_dir": ".hidden"}, "the run writes other files there"),
        ({"best_dir": "export"}, "must name folders that lie apart, got export and export"),
        ({"best_dir": "export/best"}, "must name folders that lie apart"),
        ({"best_dir": "x/../export"}, "must name folders that lie apart"),
        ({"best_dir": "e/{epoch}", "epoch_dir": "e/{epoch:04d}"}, "must name folders that lie apart"),
        ({"best_dir": "epochs/0007"}, "must name folders that lie apart"),
        ({"best_dir": "epochs/12345/best"}, "must name folders that lie apart"),
        ({"best_dir": "epochs"}, "must name folders that lie apart"),
    ],
)
def test_no_place_replaces_another_one_or_other_files_of_the_run(tmp_path, names, message):
    with pytest.raises(RunFolderError, match=message):
        BundlePlaces(tmp_path / "run", names, ALL).require_apart()


@pytest.mark.parametrize("names", [{"best_dir": "epochs/best"}, {"best_dir": "b_{epoch}", "export_dir": "b"}, {}])
def test_places_that_lie_apart_are_taken(tmp_path, names):
    BundlePlaces(tmp_path / "run", names, ALL).require_apart()


def test_places_that_are_not_written_to_are_free_to_meet(points_params):
    run_folder_of(points_params(export_best=False, best_dir=Path("export")))


@pytest.mark.parametrize("name", ["models/best", "../best", "best_{epoch}"])
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("resumes", [False, True])
def test_what_is_no_bundle_is_never_replaced(points_params, name, overwrite, resumes):
    params = points_params(best_dir=Path(name))
    bundle(params.output_dir / name.format(epoch=7), "thesis.tex")
    with pytest.raises(RunFolderError, match=r"holds a file of no bundle: thesis\.tex"):
        require_places(run_folder_of(params), overwrite=overwrite, resumes=resumes)


def test_a_bundle_of_another_run_is_replaced_only_on_demand(points_params, tmp_path):
    bundle(tmp_path / "models" / "digits")
    params = points_params(best_dir=tmp_path / "models" / "digits")
    with pytest.raises(RunFolderError, match=r"holds a bundle already.*--trainer\.overwrite"):
        require_places(run_folder_of(params))
    require_places(run_folder_of(params), overwrite=True)
    # A resumed run replaces its own ones, whatever it was started with.
    with pytest.raises(RunFolderError, match="holds a bundle already: choose another folder, or move it elsewhere$"):
        require_places(run_folder_of(params), resumes=True, overwrite=True)


def test_a_file_in_the_place_of_a_bundle_is_refused(points_params, tmp_path):
    (tmp_path / "model").write_text("of the user")
    with pytest.raises(RunFolderError, match="is a file"):
        require_places(run_folder_of(points_params(export_dir=tmp_path / "model")), overwrite=True)


def test_a_link_leads_out_of_the_folder(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "models").symlink_to(tmp_path)
    places = BundlePlaces(tmp_path / "run", {"best_dir": "models/best", "export_dir": "inside"}, ALL)
    assert places.outside() == {"best_dir": "models/best"}


def test_only_the_user_names_a_place_outside(points_params, tmp_path):
    params = points_params(best_dir=tmp_path / "models" / "best", export_dir=Path("last"))
    stored = {"best_dir": params.best_dir, "export_dir": params.export_dir}
    with pytest.raises(RunFolderError, match=f"add that of the file: --trainer.best_dir {tmp_path}/models/best$"):
        require_named_places(Path("params.json"), stored, params, [])
    require_named_places(Path("params.json"), stored, params, ["best_dir"])
    changed = attrs.evolve(params, best_dir=tmp_path / "others")
    require_named_places(Path("params.json"), stored, changed, [])  # of a config that people write
    assert str(tmp_path / "models" / "best") in run_folder_of(params).resume_command()


def test_stored_places_outside_are_left_out_and_told(points_params, tmp_path, caplog):
    params = points_params(best_dir=tmp_path / "best", export_dir=Path("last"))
    (tmp_path / "elsewhere").mkdir()
    save(params, tmp_path / "elsewhere" / "params.json")
    with caplog.at_level(logging.WARNING):
        loaded = load_trainer_params(tmp_path / "elsewhere" / "params.json", output_dir=tmp_path / "new")
    assert isinstance(loaded, TrainerParams)
    assert (loaded.best_dir, loaded.export_dir) == (Path("best"), Path("last"))
    assert "a file doesn't decide where to write" in caplog.text


def test_only_bundles_of_their_epochs_are_removed(tmp_path):
    place = BundlePlace(tmp_path, "e_{epoch}")
    bundle(place.of(1))
    bundle(place.of(2), "notes.txt")
    place.of(3).symlink_to(place.of(1))
    for epoch in (1, 2, 3, 4):
        place.remove(epoch)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e_2", "e_3"]


def a_run_before(params: TrainerParams) -> RunFolder:
    """A finished run, with the places that its parameters name."""
    folder = run_folder_of(params)
    folder.path.mkdir(exist_ok=True)
    save(params, folder.trainer_params)
    bundle(folder.path / "export")
    return folder


def test_a_run_that_overwrites_another_has_no_newer_bundle_of_it(points_params):
    params = points_params(best_dir=Path("best_{epoch}"))
    former = a_run_before(params)
    for epoch in (1, 4):
        bundle(former.bundles.best.of(epoch))
    folder = run_folder_of(params)
    with folder.new_run(overwrite=True):
        assert len(folder.bundles.best.standing()) == 2  # the run before may come back
        shutil.rmtree(folder.bundles.best.of(1))
        bundle(folder.bundles.best.of(2))
        bundle(folder.bundles.best.of(1))
        folder.keep_new_run()
        assert sorted(folder.bundles.best.standing()) == [1, 2]
    assert folder.best.name == "best_2"


def test_a_new_run_that_comes_to_nothing_removes_no_bundle(points_params):
    params = points_params(best_dir=Path("best_{epoch}"))
    bundle(a_run_before(params).bundles.best.of(4))
    folder = run_folder_of(params)
    with pytest.raises(ZeroDivisionError), folder.new_run(overwrite=True):
        raise ZeroDivisionError
    assert folder.best.name == "best_4"


def test_bundles_of_the_run_before_that_stay_are_known(points_params, tmp_path):
    former = a_run_before(points_params(best_dir=Path("models/best"), export_dir=tmp_path / "last_{epoch}"))
    bundle(former.bundles.best.of(1))
    bundle(former.bundles.last.of(7))
    bundle(tmp_path / "last_8", "thesis.tex")
    places = run_folder_of(points_params(best_dir=Path("models/best"))).bundles
    assert stored_places(former).besides(places) == [tmp_path / "last_7"]
    assert stored_places(former).besides(run_folder_of(points_params()).bundles) == [
        former.path / "models" / "best",
        tmp_path / "last_7",
    ]
