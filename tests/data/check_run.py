#!/usr/bin/env python3
"""Checks the arrays of `diffuscope run` against the formulas written out in NumPy, sharing no code with the program.

    diffuscope run SCENE --out DIR --engine core
    python3 check_run.py DIR [DIR ...]

Prints, for each array, the 99th percentile of the elementwise relative difference and the largest difference relative to
the field's maximum; ends with status 1 if one is above the limit of the engine that made it. The components of a fitted
GMM are taken from components.npy.
"""
import json, sys
import numpy as np

def process(choice, t):
    """alpha(t) and sigma(t)."""
    c = lambda key, default: choice.get(key, default)
    match choice["kind"]:
        case "variance_preserving":
            b = c("beta_min", .1) * t + .5 * c("beta_growth", 19.9) * t * t
            a = np.exp(-b * (.5 if c("half", 0) else 1))
            return a, np.sqrt(-np.expm1(2 * np.log(a)))
        case "signal_time":
            return np.sqrt(1 - t), np.sqrt(t)
        case "edm":
            return 1., t
        case "ornstein_uhlenbeck":
            return np.exp(-t), np.sqrt(c("temperature", 1.) * -np.expm1(-2 * t))
        case "cosine":
            return np.cos(np.pi / 2 * t / 1.008), np.sin(np.pi / 2 * t / 1.008)
        case "ddpm_chain":
            n = int(c("chain_steps", 1000))
            log_abar = np.concatenate([[0], np.cumsum(np.log1p(-np.linspace(c("beta_first", 1e-4), c("beta_last", .02), n)))])
            l = np.interp(t, np.arange(n + 1), log_abar)
            return np.exp(l / 2), c("sigma_infinity", 1.) * np.sqrt(-np.expm1(l))

def symmetric(e):
    return np.array([[e[0], e[1]], [e[1], e[2]]])

def data(scene):
    """Weights [K], means [K, 2], covariances [K, 2, 2]; points come first."""
    points = [(p[2] if len(p) > 2 else 1., p[:2], np.zeros((2, 2))) for p in scene["data"]["points"]]
    parts = points + [(c["weight"], c["mean"], symmetric(c["covariance"])) for c in scene["data"]["components"]]
    w, m, s = (np.array(v, float) for v in zip(*parts))
    return w / w.sum(), m, s

def moments(w, m, s):
    w = w / w.sum()
    mean, d = w @ m, m - w @ m
    return mean, np.einsum("k,kij->ij", w, s) + np.einsum("k,ki,kj->ij", w, d, d)

def model(choice, fitted, w, m, s):
    match choice["kind"]:
        case "delta":
            return w, m, s
        case "gaussian" | "isotropic":
            mean, cov = moments(w, m, s)
            return np.ones(1), mean[None], (cov if choice["kind"] == "gaussian" else 0 * cov)[None]
        case "gmm":  # which of many good clusterings was found is for the program to say
            return fitted[:, 0], fitted[:, 1:3], np.array([symmetric(e) for e in fitted[:, 3:]])

def fields(x, w, m, s, alpha, sigma, shape):
    """All arrays at the places x [n, 2]."""
    noise = sigma**2 * shape
    cov = alpha**2 * s + noise
    with np.errstate(divide="ignore"):
        log = np.log(w) - np.log(2 * np.pi) - .5 * np.log(np.linalg.det(cov))
    d = alpha * m - x[:, None]
    pull = np.linalg.solve(cov, d[..., None])[..., 0]
    log = log - .5 * (d * pull).sum(-1)
    top = log.max(1, keepdims=True)
    log_density = top[:, 0] + np.log(np.exp(log - top).sum(1))
    weight = np.exp(log - log_density[:, None])
    weight /= weight.sum(1, keepdims=True)
    score = np.einsum("nk,nki->ni", weight, pull)
    mean = m - alpha * np.einsum("kij,nkj->nki", s, pull)
    denoiser = np.einsum("nk,nki->ni", weight, mean)
    inner = noise @ np.linalg.solve(cov, s)  # S - a^2 S C^-1 S without its cancellation
    # Deviations pair by pair, not from the average: no cancellation where one weight is nearly 1.
    first = mean - np.take_along_axis(mean, weight.argmax(1)[:, None, None], 1)
    mean_first = np.einsum("nk,nki->ni", weight, first)
    dev = first - mean_first[:, None]
    posterior = np.einsum("nk,kij->nij", weight, inner) + np.einsum("nk,nki,nkj->nij", weight, dev, dev)
    inverse = np.linalg.inv(shape) * alpha / sigma**2
    pick = lambda c: np.stack([c[..., 0, 0], c[..., 0, 1], c[..., 1, 1]], -1)
    return dict(log_density=log_density, score=score, denoiser=denoiser, posterior_covariance=pick(posterior),
                proxy_covariance=pick(inverse @ posterior @ inverse), weights=weight)

def check(folder):
    summary = json.load(open(f"{folder}/summary.json"))
    scene, exact = summary["parameters"], summary["engine"] == "core"
    limits = (1e-10, 1e-10) if exact else (1e-5, 1e-3)
    x, y = np.load(f"{folder}/x.npy"), np.load(f"{folder}/y.npy")
    places = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    level = (*process(scene["process"], scene["time"]), symmetric(scene["noise_shape"]))
    good = True
    for prefix, choice in [("", scene["model"])] + ([("compare_", scene["compare"])] if scene["compare"] else []):
        parts = model(choice, np.load(f"{folder}/{prefix}components.npy"), *data(scene))
        size = max(1, 4_000_000 // len(parts[0]))
        chunks = [fields(places[i : i + size], *parts, *level) for i in range(0, len(places), size)]
        for name in chunks[0]:
            if name == "weights" and len(parts[0]) > 64:
                continue
            want = np.concatenate([c[name] for c in chunks])
            got = np.load(f"{folder}/{prefix}{name}.npy").reshape(want.shape)
            difference, largest = np.abs(got - want), np.abs(want).max()
            relative = difference / np.maximum(np.abs(want), 1e-300)
            p99, peak = np.percentile(relative, 99), difference.max() / max(largest, 1e-300)
            fits = bool(p99 <= limits[0] and peak <= limits[1])
            good &= fits
            print(f"{folder} {prefix + name:<28} p99 {p99:.1e}  max {peak:.1e}{'' if fits else '  TOO LARGE'}")
    return good

if __name__ == "__main__":
    sys.exit(0 if all([check(folder) for folder in sys.argv[1:]]) else 1)
