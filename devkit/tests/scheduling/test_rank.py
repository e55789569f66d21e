"""Who is chosen: the score and its parts."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scheduling.rank import (
    LAST_TECHNICIAN_MINUTES,
    MINUTES_PER_DAY_OF_DELAY,
    MINUTES_PER_HOUR_ABOVE_LEAST,
    PENCILLED_MINUTES,
    SAME_AREA_MINUTES,
    SAME_POSTAL_CODE_MINUTES,
    UNKNOWN_MINUTES,
    Atlas,
    Candidate,
    Job,
    Part,
    Place,
    find_delay,
    find_kilometres,
    find_travel,
    rank,
    score,
)

GUIDE = Path(__file__).parents[3] / "docs" / "scheduling.md"
BRUSSELS, PARIS = (50.8503, 4.3517), (48.8566, 2.3522)
NOWHERE = Place()

# The example of docs/scheduling.md.
VISIT = Place((50.85, 4.43))
EXAMPLE = [
    Candidate(1, "Ann", previous=Place((50.83, 4.37)), following=Place((50.88, 4.47)), hours=16.0),
    Candidate(2, "Ben", previous=Place((50.87, 4.33)), hours=14.0, was_last=True),
    Candidate(3, "Cleo", home=Place((51.03, 4.48)), hours=12.0),
]


def write_row(found):
    minutes = {part.code: part.minutes for part in found.parts}
    way = next(minutes[code] for code in ("between", "previous", "home") if code in minutes)
    cells = [way, minutes["load"], minutes.get("last", 0.0), found.cost]
    return f"| {found.name} | " + " | ".join(f"{cell:.1f}" for cell in cells) + " |"


@pytest.mark.parametrize(("priority", "order"), [("1", "Ben Ann Cleo"), ("3", "Ann Ben Cleo")])
def test_the_example_of_the_guide(priority, order):
    scores = rank(Job(VISIT, priority), EXAMPLE, Atlas())
    assert " ".join(found.name for found in scores) == order
    rows = "\n".join(write_row(found).replace("| -", "| −") for found in scores)
    assert rows in GUIDE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (UNKNOWN_MINUTES, "else 30"),
        (SAME_POSTAL_CODE_MINUTES, "10 minutes within the same"),
        (SAME_AREA_MINUTES, "20 within one area"),
        (MINUTES_PER_HOUR_ABOVE_LEAST, "5 for each hour"),
        (LAST_TECHNICIAN_MINUTES, "−15, if they were"),
        (PENCILLED_MINUTES, "480 for a draft"),
        (MINUTES_PER_DAY_OF_DELAY, "30 for each day"),
    ],
)
def test_the_numbers_of_the_guide(minutes, words):
    text = " ".join(GUIDE.read_text(encoding="utf-8").split())
    assert f"{minutes:.0f}" in words
    assert words in text


# ----------------------------------------------------------------------
# Ways
# ----------------------------------------------------------------------


def test_distances():
    assert find_kilometres(BRUSSELS, BRUSSELS) == 0
    # One degree of latitude is a 360th of the circumference.
    assert find_kilometres((0.0, 0.0), (1.0, 0.0)) == pytest.approx(111.19, abs=0.01)
    assert find_kilometres((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111.19, abs=0.01)
    assert find_kilometres((90.0, 0.0), (-90.0, 0.0)) == pytest.approx(20015, abs=1)
    assert find_kilometres(BRUSSELS, PARIS) == pytest.approx(264, abs=1)


@pytest.mark.parametrize(
    ("one", "other", "minutes", "basis"),
    [
        (Place((50.0, 4.0)), Place((50.0, 4.0)), 0.0, "line"),
        (Place((50.0, 4.0)), Place(postal_code="1000"), UNKNOWN_MINUTES, "unknown"),
        (Place(postal_code="1000"), Place(postal_code="1000"), 10.0, "postal_code"),
        (Place(postal_code="1000"), Place(postal_code="1050"), 20.0, "area"),
        (Place(postal_code="1000"), Place(postal_code="2000"), UNKNOWN_MINUTES, "unknown"),
        (Place((50.0, 4.0), "1000"), Place(None, "1000"), 10.0, "postal_code"),
        (NOWHERE, NOWHERE, UNKNOWN_MINUTES, "unknown"),
    ],
)
def test_what_a_way_is_found_by(one, other, minutes, basis):
    atlas = Atlas(areas=(("10", "11"), ("20", "21")))
    for way in (atlas.find_way(one, other), atlas.find_way(other, one)):
        assert (way.minutes, way.basis) == (minutes, basis)


def test_which_way_counts():
    here, there = Place(postal_code="1000"), Place(postal_code="1050")
    atlas, job = Atlas(areas=(("1000", "1050"),)), Job(here)
    for previous, following, home, code, minutes in [
        (None, None, None, "nowhere", 30.0),
        (None, None, there, "home", 20.0),
        (here, None, there, "previous", 10.0),
        (None, there, here, "next", 20.0),
        (here, there, here, "between", 10.0),
        (there, there, None, "between", 30.0),
    ]:
        part = find_travel(job, Candidate(1, "A", previous, following, home), atlas)
        assert (part.code, part.minutes, part.way) == (code, minutes, minutes)
    assert find_travel(Job(None), Candidate(1, "A", previous=there), atlas).minutes == 0


def test_the_weakest_of_three_ways_is_told():
    part = find_travel(
        Job(Place((50.0, 4.0), "1000")),
        Candidate(1, "A", previous=Place((50.0, 4.0)), following=Place(None, "1000")),
        Atlas(),
    )
    assert part.basis == "unknown"
    assert part.minutes >= 0


@pytest.mark.parametrize(
    ("one", "other", "third", "basis"),
    [
        (Place((50.0, 4.0)), Place((50.1, 4.0)), Place((50.2, 4.0)), "line"),
        (
            Place((50.0, 4.0), "1000"),
            Place((50.1, 4.0), "1000"),
            Place(None, "1000"),
            "postal_code",
        ),
        (Place(None, "1000"), Place(None, "1000"), Place(None, "1050"), "area"),
        (Place(None, "1000"), Place(None, "2000"), Place(None, "1050"), "unknown"),
        (Place((50.0, 4.0), "1000"), Place((50.1, 4.0)), Place(None, "1000"), "unknown"),
    ],
)
def test_of_three_ways_the_least_certain_basis_is_told(one, other, third, basis):
    for previous, here, following in ((one, other, third), (third, one, other)):
        candidate = Candidate(1, "A", previous=previous, following=following)
        part = find_travel(Job(here), candidate, Atlas(areas=(("10", "11"), ("20",))))
        assert (part.code, part.basis) == ("between", basis)


@pytest.mark.parametrize(
    ("previous", "following", "home", "told"),
    [
        (None, None, None, ("nowhere", 30.0, "unknown")),
        (None, None, NOWHERE, ("home", 30.0, "unknown")),
        (Place(None, "1000"), None, None, ("previous", 10.0, "postal_code")),
        (None, Place(None, "1050"), None, ("next", 20.0, "area")),
    ],
)
def test_a_single_way_is_told_with_its_basis(previous, following, home, told):
    atlas = Atlas(areas=(("10",), ("20",)))
    candidate = Candidate(1, "A", previous, following, home)
    part = find_travel(Job(Place(None, "1000")), candidate, atlas)
    assert (part.code, part.way, part.basis) == told


def test_an_area_holds_both_ends_and_a_visit_on_the_way_costs_nothing():
    # An area has to hold both ends, by the beginning of their codes.
    ways = [
        Atlas(areas=(("00",),)).find_way(Place(None, "1000"), Place(None, "2000")),
        Atlas(areas=(("10",),)).find_way(Place(None, "1000"), Place(None, "2000")),
        Atlas(areas=(("10", "20"),)).find_way(Place(None, "1000"), Place(None, "2000")),
    ]
    assert [way.basis for way in ways] == ["unknown", "unknown", "area"]
    # A visit on the way costs nothing, exactly.
    here = Place((50.0, 4.0))
    part = find_travel(Job(here), Candidate(1, "A", previous=here, following=here), Atlas())
    assert (part.minutes, part.way) == (0.0, 0.0)


def test_an_hour_on_the_line_is_forty_kilometres():
    one, other = (0.0, 0.0), (0.0, 1.0)
    way = Atlas().find_way(Place(one), Place(other))
    assert way.minutes == pytest.approx(find_kilometres(one, other) / 40 * 60)


@pytest.mark.parametrize(
    ("one", "other"),
    [((10.0, 20.0), (30.0, 60.0)), ((10.0, -20.0), (-30.0, 60.0)), (BRUSSELS, (-36.85, 174.76))],
)
def test_distances_are_those_of_the_law_of_cosines(one, other):
    (latitude, longitude), (other_latitude, other_longitude) = (
        tuple(map(math.radians, point)) for point in (one, other)
    )
    cosine = math.sin(latitude) * math.sin(other_latitude) + math.cos(latitude) * math.cos(
        other_latitude
    ) * math.cos(other_longitude - longitude)
    assert find_kilometres(one, other) == pytest.approx(6371 * math.acos(cosine))


# ----------------------------------------------------------------------
# Scores
# ----------------------------------------------------------------------


def test_what_is_told_of_each_part():
    job, atlas = Job(None), Atlas()
    plain = score(job, Candidate(1, "A", hours=3.0), 3.0, atlas)
    assert plain.parts == (Part("remote", 0.0), Part("load", 0.0, hours=3.0, above=0.0))
    assert plain.cost == 0.0
    best = Candidate(1, "A", hours=4.0, was_last=True, pencilled=(7, 8))
    assert score(job, best, 3.0, atlas).parts == (
        Part("remote", 0.0, way=0.0, basis="", hours=0.0, above=0.0, days=0.0, record_ids=()),
        Part("load", 5.0, way=0.0, basis="", hours=4.0, above=1.0, days=0.0, record_ids=()),
        Part("last", -15.0, way=0.0, basis="", hours=0.0, above=0.0, days=0.0, record_ids=()),
        Part(
            "pencilled", 480.0, way=0.0, basis="", hours=0.0, above=0.0, days=0.0, record_ids=(7, 8)
        ),
    )
    assert score(job, best, 3.0, atlas).cost == 470.0
    assert find_delay(job, -1.5) == Part("delay", 45.0, days=-1.5)


def test_nobody_is_below_the_least():
    assert score(Job(None), Candidate(1, "A", hours=1.0), 3.0, Atlas()).cost == 0.0
    assert rank(Job(None), [Candidate(1, "A", hours=2.0)], Atlas())[0].cost == 0.0


def test_a_candidate_and_a_job_of_which_nothing_more_is_known():
    assert Candidate(1, "A") == Candidate(1, "A", None, None, None, 0.0, False, ())
    assert not Job(None).is_hurried
    assert Job(None) == Job(None, "1")
    assert Place() == Place(None, "")


def test_what_an_atlas_has_measured_does_not_make_it_another():
    used, atlas = Atlas(), Atlas()
    assert used.find_way(NOWHERE, NOWHERE) is used.find_way(NOWHERE, NOWHERE)
    assert used == atlas
    assert repr(used) == repr(atlas)


def test_costs_are_told_to_a_tenth_of_a_minute():
    found = score(Job(None), Candidate(1, "A", hours=1 / 3), 0.0, Atlas())
    assert found.cost == 1.7


def test_one_cheaper_by_nothing_but_noise_is_a_tie_that_the_name_decides():
    first = Candidate(9, "Ann", hours=0.3)
    second = Candidate(1, "Ben", hours=0.1 + 0.2)
    assert [found.name for found in rank(Job(NOWHERE), [second, first], Atlas())] == ["Ann", "Ben"]
    twins = [Candidate(number, "Ann") for number in (3, 1, 2)]
    ids = [found.technician_id for found in rank(Job(NOWHERE), twins, Atlas())]
    assert ids == [1, 2, 3]
    assert rank(Job(NOWHERE), [], Atlas()) == []


@pytest.mark.parametrize("priority", ["0", "1", "2", "3"])
def test_hurry_doubles_the_way_and_halves_the_balance(priority):
    hurried = priority in {"2", "3"}
    job = Job(NOWHERE, priority)
    way, load = score(job, Candidate(1, "A", hours=3.0), 1.0, Atlas()).parts
    assert way.minutes == UNKNOWN_MINUTES * (2 if hurried else 1)
    assert load.minutes == 2 * MINUTES_PER_HOUR_ABOVE_LEAST * (0.5 if hurried else 1)
    assert (way.way, load.hours, load.above) == (UNKNOWN_MINUTES, 3.0, 2.0)
    assert find_delay(job, -2).minutes == find_delay(job, 2).minutes == (120 if hurried else 60)


points = st.tuples(st.floats(-80, 80), st.floats(-180, 180))
places = st.builds(Place, st.none() | points, st.sampled_from(["", "1000", "1050", "2000", "9000"]))
candidates = st.lists(
    st.builds(
        Candidate,
        technician_id=st.integers(1, 50),
        name=st.sampled_from("ABC"),
        previous=st.none() | places,
        following=st.none() | places,
        home=st.none() | places,
        hours=st.floats(0, 60),
        was_last=st.booleans(),
        pencilled=st.sampled_from([(), (7,)]),
    ),
    max_size=8,
    unique_by=lambda candidate: candidate.technician_id,
)
jobs = st.builds(Job, st.none() | places, st.sampled_from("0123"))
atlases = st.builds(Atlas, st.sampled_from([(), (("10",), ("20", "9"))]))


@given(jobs, candidates, atlases, st.randoms())
def test_the_order_of_the_candidates_does_not_matter(job, those, atlas, random):
    shuffled = random.sample(those, len(those))
    assert rank(job, those, atlas) == rank(job, shuffled, Atlas(atlas.areas))


@given(jobs, candidates.filter(bool), atlases, st.floats(0, 40))
def test_more_hours_never_make_anybody_cheaper(job, those, atlas, more):
    best = rank(job, those, atlas)[0]
    least = min(candidate.hours for candidate in those)
    for candidate in those:
        busier = Candidate(candidate.technician_id, candidate.name, hours=candidate.hours + more)
        idle = Candidate(candidate.technician_id, candidate.name, hours=candidate.hours)
        assert score(job, busier, least, atlas).cost >= score(job, idle, least, atlas).cost
    assert best.cost == min(found.cost for found in rank(job, those, atlas))


@given(st.floats(-80, 80), st.floats(0, 20), st.floats(0, 20), st.sampled_from("0123"))
def test_whoever_comes_from_farther_never_costs_less(latitude, near, far, priority):
    near, far = sorted((near, far))
    job, atlas = Job(Place((latitude, 10.0)), priority), Atlas()
    costs = [
        score(job, Candidate(1, "A", previous=Place((latitude, 10.0 + away))), 0.0, atlas).cost
        for away in (near, far)
    ]
    assert costs[0] <= costs[1]


@given(jobs, candidates, atlases)
def test_the_parts_add_up_and_only_one_is_below_zero(job, those, atlas):
    for found in rank(job, those, atlas):
        assert found.cost == round(sum(part.minutes for part in found.parts), 1)
        assert {part.code for part in found.parts if part.minutes < 0} <= {"last"}
        assert (found.parts[0].code == "remote") == (job.place is None)


@given(points, points, points)
def test_distances_are_those_of_a_metric(one, other, third):
    there = find_kilometres(one, other)
    assert there == pytest.approx(find_kilometres(other, one))
    assert 0 <= there <= 20016
    assert there <= find_kilometres(one, third) + find_kilometres(third, other) + 1e-6
