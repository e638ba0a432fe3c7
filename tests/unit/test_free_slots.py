"""Free times of interviewers, against a clumsy oracle that looks at every minute."""

import importlib.util
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

TOOLS = Path(__file__).resolve().parents[2] / "relationship_insight" / "tools"
spec = importlib.util.spec_from_file_location("ri_free_slots", TOOLS / "free_slots.py")
slots = importlib.util.module_from_spec(spec)
spec.loader.exec_module(slots)
DAY = datetime(2031, 3, 3)


def at(minutes):
    return DAY + timedelta(minutes=minutes)


def test_a_morning_with_a_meeting():
    found = slots.free_slots(
        [(at(540), at(720))], [(at(610), at(640))], 45, at(0), at(1440), step=30
    )
    # 9:00 to 9:45 is free; 9:30 and 10:00 run into the meeting at 10:10; 11:00 fits, 11:30 not.
    assert found == [at(540), at(660)]


def test_notice_rounds_up_to_a_step():
    found = slots.free_slots([(at(540), at(660))], [], 30, at(541), at(1440), step=30)
    assert found == [at(570), at(600), at(630)]


spans = st.lists(
    st.tuples(st.integers(0, 600), st.integers(0, 200)).map(lambda p: (p[0], p[0] + p[1])),
    max_size=8,
)


@given(spans, spans, st.integers(5, 120), st.integers(0, 400), st.integers(200, 800))
def test_as_the_oracle(work, busy, minutes, earliest, latest):
    works = {m for start, end in work for m in range(start, end)}
    taken = {m for start, end in busy for m in range(start, end)}
    found = slots.free_slots(
        [(at(a), at(b)) for a, b in work],
        [(at(a), at(b)) for a, b in busy],
        minutes,
        at(earliest),
        at(latest),
        step=1,
    )
    assert found == [
        at(start)
        for start in range(1000)
        if earliest <= start <= latest - minutes
        and all(m in works and m not in taken for m in range(start, start + minutes))
    ]
