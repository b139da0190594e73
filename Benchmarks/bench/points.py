"""The data points that are stored before anything is measured: the same on every run, but for the days."""

import datetime

DAYS = 400
METRICS = ("revenue", "users", "orders", "conversion_rate", "bounce_rate", "session_duration", "page_views")
# The last is no category.
CATEGORIES = ("Software", "Hardware", "Services", "Training", "Support", "")


def today():
    return datetime.datetime.now(datetime.timezone.utc).date()


def draws(state=1):
    """Endless numbers of 31 bits that look random, and are the same every time."""
    while True:
        # A linear congruential generator (Knuth's MMIX): its upper bits are good enough here.
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFF_FFFF_FFFF_FFFF
        yield state >> 33


def parts(draw):
    """Metric and category as indexes, and a value in hundredths, from a draw."""
    return draw % 7, draw // 7 % 6, draw // 42 % 1_000_000


def write_csv(file, count, last_day):
    """Writes so many points over 400 days that end with the last one, oldest first, as an export would have them."""
    days = [(last_day - datetime.timedelta(days=DAYS - 1 - index)).isoformat() for index in range(DAYS)]
    file.write("metric_type,value,recorded_at,category,source\n")
    for index, draw in zip(range(count), draws()):
        metric, category, cents = parts(draw)
        source = "web" if index % 4 == 0 else ""
        file.write(
            f"{METRICS[metric]},{cents // 100}.{cents % 100:02},{days[index * DAYS // count]},{CATEGORIES[category]},"
            f"{source}\n"
        )
