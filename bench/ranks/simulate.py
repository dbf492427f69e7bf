#!/usr/bin/env python3
"""Simulates a run on many ranks from the costs of shards that a real run has measured (GROEL_RANK_LOG).

Usage: simulate.py SHARDS.csv [--times 20] [--ranks 1,2,4,8,16,32,64,128] [--megabytes-per-second 1000] [--slow 0]

What it prints is a simulation: computing, making and taking of shards are as measured on one machine; the network is a
number of this command line, shared by all at rank 0; nothing else of a cluster (its file system, neighbours, start-up) is
in it. The rules are those of src/ranks/crew.cpp: two shards at a time for each rank, four open ones for each, results
taken in their order, by rank 0 alone.
"""
import argparse
import csv
import heapq


def read(path, times):
    with open(path) as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise SystemExit(f"{path}: no shards")
    keys = ("seconds_made", "seconds_computed", "seconds_taken", "bytes_sent", "bytes_came")
    return [tuple(float(row[key]) for key in keys) for row in rows] * times


def run(shards, ranks, bandwidth, slow):
    """Seconds until all shards are taken. `slow`: how many times slower the last rank is; 0: none."""
    ahead, most_open = 2, 4 * ranks
    now = 0.0  # of rank 0's own thread
    network = 0.0  # when what has come in so far was there
    free_at = [0.0] * ranks  # when a rank has done all that it has
    has = [0] * ranks
    events = []  # (when it is computed, shard, rank)
    results, given, taken = set(), 0, 0
    while taken < len(shards):
        while given < len(shards) and given - taken < most_open:
            rank = min(range(ranks), key=lambda r: has[r])
            if has[rank] >= ahead:
                break
            made, computed, _, sent, _ = shards[given]
            now += made + (sent / bandwidth if rank else 0)
            factor = slow if slow and rank == ranks - 1 and ranks > 1 else 1
            free_at[rank] = max(free_at[rank], now) + computed * factor
            heapq.heappush(events, (free_at[rank], given, rank))
            has[rank] += 1
            given += 1
        if events and (given - taken >= most_open or given == len(shards) or min(has) >= ahead or events[0][0] <= now):
            when, shard, rank = heapq.heappop(events)
            if rank:  # one result after the other comes in at rank 0
                network = max(network, when) + shards[shard][4] / bandwidth
            now = max(now, network if rank else when)
            has[rank] -= 1
            results.add(shard)
        while taken in results:
            now += shards[taken][2]
            results.remove(taken)
            taken += 1
    return now


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards")
    parser.add_argument("--times", type=int, default=20, help="the work is so many times what was measured")
    parser.add_argument("--ranks", default="1,2,4,8,16,32,64,128")
    parser.add_argument("--megabytes-per-second", type=float, default=1000)
    parser.add_argument("--slow", type=float, default=0, help="the last rank takes so many times as long")
    options = parser.parse_args()
    shards = read(options.shards, options.times)
    bandwidth = options.megabytes_per_second * 1e6
    computed = sum(shard[1] for shard in shards)
    leader = sum(shard[0] + shard[2] for shard in shards)
    came = sum(shard[4] for shard in shards)
    print(f"simulated from {options.shards}, taken {options.times} times: {len(shards)} shards, {computed:.0f} s of "
          f"computing, {leader:.1f} s of rank 0 beside it, {came / 1e6:.0f} MB of results at "
          f"{options.megabytes_per_second:.0f} MB/s; nothing here was run on a cluster")
    print(f"{'ranks':>6} {'seconds':>10} {'speed-up':>9} {'efficiency':>10}")
    for ranks in (int(word) for word in options.ranks.split(",")):
        seconds = run(shards, ranks, bandwidth, options.slow)
        speed = computed / seconds
        print(f"{ranks:>6} {seconds:>10.1f} {speed:>9.1f} {speed / ranks:>10.3f}")


if __name__ == "__main__":
    main()
