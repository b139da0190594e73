"""How much is measured."""

import dataclasses

# What is measured unless somebody chooses; `large` needs the large file, and is measured alone.
DEFAULT_PARTS = (
    "imports", "starts", "reads", "lists", "pages", "singles", "batches", "export", "alerts", "reports", "postgres",
)


@dataclasses.dataclass
class Settings:
    parts: tuple = DEFAULT_PARTS
    rounds: int = 3
    seconds: int = 3
    ingest_seconds: int = 4
    batch_seconds: float = 2
    trace_seconds: int = 4
    few: int = 10_000
    many: int = 1_000_000
    large: int = 10_000_000
    imports: int = 2
    starts: int = 5
    # Writes followed by a cold and a warm read, per round and size.
    cold_reads: int = 100
    # Exports of which only the first byte is awaited, per round and size.
    first_bytes: int = 50
    # Alerts of which it is measured how soon they are known, and streams that are open at a time.
    alerts: int = 300
    streams: int = 10_000
    # Reports that are made one after the other, and how many of them on the large file.
    reports: int = 1_000
    large_reports: int = 200

    @staticmethod
    def quick():
        return Settings(
            rounds=1, seconds=2, ingest_seconds=3, trace_seconds=2, many=100_000, imports=1, starts=3, cold_reads=200, alerts=100,
            streams=2_000, reports=200,
        )
