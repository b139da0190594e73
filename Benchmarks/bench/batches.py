"""Batches of 10,000 data points in every form in which somebody takes them, prepared before anything is timed.

The points are those of `points`, behind the ones that are stored already: *chronological* on the days after them, as an
application sends what happens, or *random* on any of their 400 days, as somebody sends who fills in the past.
"""

import datetime
import itertools
import json

from . import points

SIZE = 10_000
# Different batches of an order; chronological: one a day.
COUNT = 20
# How often each is sent before it is the next one's turn: 120,000 points a day.
TIMES = 12
ORDERS = ("chronological", "random")
# How many batches are prepared for who needs each to be different. A run ends where they are used up.
DIFFERENT = 150

POINT_SEQUENCE_BITS = 37
EPOCH = datetime.date(1970, 1, 1)


def last_stored_day(last_day):
    """The last day of the points that must be stored before, for batches that end with the given day."""
    return last_day - datetime.timedelta(days=COUNT)


class Batches:
    """The batches of an order: lists of (metric, day, category, cents, source), the first three as indexes or dates."""

    def __init__(self, order, last_day):
        self.order = order
        stored = last_stored_day(last_day)
        draws = points.draws(state=2)
        self.rows = []
        for number in range(COUNT):
            rows = []
            for index in range(SIZE):
                metric, category, cents = points.parts(next(draws))
                if order == "chronological":
                    day = stored + datetime.timedelta(days=1 + number)
                else:
                    day = stored - datetime.timedelta(days=next(draws) % points.DAYS)
                rows.append((metric, day, category, cents, "web" if index % 4 == 0 else ""))
            self.rows.append(rows)

    def sent(self, prepared):
        """What was prepared for each batch, in the order in which it is sent: the days advance, or all begins anew."""
        each = itertools.chain.from_iterable(itertools.repeat(one, TIMES) for one in prepared)
        return each if self.order == "chronological" else itertools.cycle(prepared)

    # For the server

    def json(self):
        return [b'{"records":[' + b",".join(map(_json, rows)) + b"]}" for rows in self.rows]

    def ndjson(self):
        return [b"\n".join(map(_json, rows)) + b"\n" for rows in self.rows]

    def csv(self):
        head = b"metric_type,value,recorded_at,category,source\n"
        return [
            head
            + "".join(
                f"{points.METRICS[metric]},{_decimal(cents)},{day},{points.CATEGORIES[category]},{source}\n"
                for metric, day, category, cents, source in rows
            ).encode()
            for rows in self.rows
        ]

    # For the peers

    def write_columns(self, path):
        """A file of all rows for the floor on SQLite: metric, day, category (0 is none), ten-thousandths, source."""
        with open(path, "w", encoding="ascii") as file:
            for rows in self.rows:
                file.writelines(
                    f"{metric + 1},{_day_number(day)},{_category(category)},{cents * 100},{source}\n"
                    for metric, day, category, cents, source in rows
                )

    def lines(self):
        """InfluxDB's line protocol. No two points have the same time, so that none takes another's place."""
        mark = "@@@@"
        templates = []
        for rows in self.rows:
            seconds = {day: f"{_day_number(day) * 86_400:010}" for _, day, _, _, _ in rows}
            templates.append(
                "".join(
                    f"{points.METRICS[metric]}"
                    f"{f',category={points.CATEGORIES[category]}' if category < 5 else ''}"
                    f"{f',source={source}' if source else ''} value={_decimal(cents)} {seconds[day]}{mark}{index:05}\n"
                    for index, (metric, day, category, cents, source) in enumerate(rows)
                ).encode()
            )
        order = itertools.islice(self.sent(templates), DIFFERENT)
        return [template.replace(mark.encode(), f"{number:04}".encode()) for number, template in enumerate(order)]

    def copied_rows(self, now):
        """The rows of `data_point` as PostgreSQL's COPY takes them, each with an id of its own."""
        batches = []
        for number, rows in enumerate(itertools.islice(self.sent(self.rows), DIFFERENT)):
            days = {day: _day_number(day) << POINT_SEQUENCE_BITS for _, day, _, _, _ in rows}
            first = number * SIZE + 1
            batches.append(
                "".join(
                    f"1,{metric + 1},{days[day] + first + index},{cents * 100},{_category(category)},{source},{now},,\n"
                    for index, (metric, day, category, cents, source) in enumerate(rows)
                ).encode()
            )
        return batches


def _json(row):
    metric, day, category, cents, source = row
    text = f'{{"metric_type":"{points.METRICS[metric]}","value":{_decimal(cents)},"recorded_at":"{day}"'
    if category < 5:
        text += f',"category":{json.dumps(points.CATEGORIES[category])}'
    if source:
        text += f',"source":{json.dumps(source)}'
    return (text + "}").encode()


def _decimal(cents):
    return f"{cents // 100}.{cents % 100:02}"


def _category(index):
    """Its number among the categories of a metric, 0 where there is none."""
    return (index + 1) % len(points.CATEGORIES)


def _day_number(day):
    return (day - EPOCH).days
