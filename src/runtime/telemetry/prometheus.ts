/**
 * The parts of prom-client that are used here. Its entry would load the others too: a client that
 * pushes, for which there is no use, brings node:http along, and takes longer than all of these.
 */
import type * as client from "prom-client";
import counter from "prom-client/lib/counter.js";
import gauge from "prom-client/lib/gauge.js";
import histogram from "prom-client/lib/histogram.js";
import registry from "prom-client/lib/registry.js";

// The files have no types of their own.

/** A number that grows. */
export const Counter: typeof client.Counter = counter;
/** A number that changes. */
export const Gauge: typeof client.Gauge = gauge;
/** Counts of what was at most so large. */
export const Histogram: typeof client.Histogram = histogram;
/** All of them, and their text. */
export const Registry: typeof client.Registry = registry;

export type Counter = client.Counter;
export type Gauge = client.Gauge;
export type Histogram = client.Histogram;
