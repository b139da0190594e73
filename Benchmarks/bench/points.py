"""The data points that are stored before anything is measured: the same on every run, but for the days."""

import datetime

DAYS = 400
METRICS = ("revenue", "users", "orders", "conversion_rate", "bounce_rate", "session_duration", "page_views")
CATEGORIES = ("Software", "Hardware", "Services", "Training", "Support", "")


def write_csv(path, count):
    """Writes so many points over 400 days that end today (UTC), oldest first, as an export would have them."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    days = [(today - datetime.timedelta(days=DAYS - 1 - index)).isoformat() for index in range(DAYS)]
    state = 1
    with open(path, "w", encoding="ascii") as file:
        file.write("metric_type,value,recorded_at,category,source\n")
        for index in range(count):
            # A linear congruential generator (Knuth's MMIX): its upper bits are good enough here.
            state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFF_FFFF_FFFF_FFFF
            chance = state >> 33
            metric = METRICS[chance % 7]
            category = CATEGORIES[chance // 7 % 6]
            cents = chance // 42 % 1_000_000
            source = "web" if index % 4 == 0 else ""
            file.write(f"{metric},{cents // 100}.{cents % 100:02},{days[index * DAYS // count]},{category},{source}\n")
