"""kafka-python, record by record: autocommit, or a commit awaited after each record."""

import json
import re
import sys
import time

from kafka import KafkaConsumer

job = json.loads(sys.argv[1])
manual = job["mode"] == "manual"
records = job["records"]


def report(count, seconds):
    with open("/proc/self/status", encoding="ascii") as status:
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024
    result = {
        "records": count,
        "seconds": seconds,
        "recordsPerSecond": count / seconds,
        "cpuSeconds": time.process_time(),
        "peakRssBytes": peak,
    }
    print("\nBENCH " + json.dumps(result), flush=True)


consumer = KafkaConsumer(
    *job["topics"],
    bootstrap_servers=job["bootstrap"].split(","),
    group_id=job["groupId"],
    auto_offset_reset="earliest",
    enable_auto_commit=not manual,
)
handled = 0
started_at = 0.0
for record in consumer:
    json.loads(record.value)
    if manual:
        consumer.commit()
    if handled == 0:
        started_at = time.perf_counter()
    handled += 1
    if handled == records:
        report(handled - 1, time.perf_counter() - started_at)
        break
