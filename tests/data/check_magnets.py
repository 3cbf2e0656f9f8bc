#!/usr/bin/env python3
"""Recomputes runs of the magnet and the high-dimensions lab in NumPy, sharing no code with the program.

    python3 check_magnets.py --write FOLDER      writes varied scenes of both labs
    diffuscope run FOLDER/NAME.json --out DIR
    python3 check_magnets.py DIR [DIR ...]

Everything starts from the scene in summary.json. What has a closed form or follows from other arrays is compared number by
number: m*, weights, clocks, wells, barriers, the potential, densities, R+, the quadrature of clones, collapse times,
potentials of several states, spectra, Marchenko and Pastur's density. What is drawn at random is compared with its law: the
order parameter and real spins by Kolmogorov and Smirnov, shares by their standard errors, distances of learned covariances by
drawing samples anew. Prints the worst of each kind; ends with status 1 if one is above its limit.
"""
import json, math, pathlib, sys
import numpy as np

erfc = np.vectorize(math.erfc)

def log_cosh(x):
    x = np.abs(x)
    return x + np.log1p(np.exp(-2 * x)) - np.log(2)

def root(f, low, high):
    """Bisection; f changes its sign between low and high."""
    rising = f(high) > 0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if (f(middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)

class Report:
    def __init__(self):
        self.worst, self.failed = {}, False

    def add(self, what, value, limit):
        value = float(np.max(value)) if np.size(value) else 0.0
        if not value <= limit:  # so that what is no number fails, too
            self.failed = True
            print(f"  FAILED {what}: {value:.3g} above {limit:.3g}")
        if what not in self.worst or value > self.worst[what][0]:
            self.worst[what] = (value, limit)

    def close(self, what, a, b, limit=1e-9, scale=None):
        """Elementwise difference in units of `scale` (the larger of 1 and the values' size)."""
        if a is None or b is None:
            self.add(what, 0.0 if a is None and b is None else math.inf, limit)
            return
        a, b = np.asarray(a, float), np.asarray(b, float)
        if a.shape != b.shape:
            self.add(what + " (shape)", math.inf, limit)
            return
        size = np.maximum(1.0, np.maximum(np.abs(a), np.abs(b))) if scale is None else scale
        self.add(what, np.abs(a - b) / size, limit)

def ks(sample, cdf):
    """Kolmogorov and Smirnov's distance times sqrt n."""
    x = np.sort(sample)
    n = len(x)
    f = cdf(x)
    steps = np.arange(n)
    return math.sqrt(n) * max(np.max(f - steps / n), np.max((steps + 1) / n - f))

def normal_cdf(x):
    return 0.5 * erfc(-x / math.sqrt(2))

# ---- the magnet ---------------------------------------------------------------------------------------------------------

class Magnet:
    def __init__(self, choice):
        get = lambda key, default: float(choice.get(key, default))
        self.beta, self.h, self.T = get("beta", 1.5), get("field", 0.4), get("temperature", 1.0)
        self.n, self.kind = round(get("spins", 1000)), choice["kind"]
        # m = tanh(beta m) as artanh m = beta m: from 0 outwards artanh m - beta m falls, then rises.
        self.m = 0.0
        if self.beta > 1:
            self.m = math.tanh(root(lambda y: y - self.beta * math.tanh(y), 1e-9, self.beta + 1)) if self.beta > 1 + 1e-9 else 0
        self.plus = 1 / (1 + math.exp(min(-2 * self.h * self.m, 700)))
        self.minus = 1 / (1 + math.exp(min(2 * self.h * self.m, 700)))
        self.t_s = 0.5 * math.log(self.n)

    def a(self, t):
        """m* sqrt N e^-t"""
        return self.m * np.exp(self.t_s - np.asarray(t, float))

    def V(self, mu, t):
        return mu**2 / 2 - 2 * self.T * log_cosh(self.m * self.h + self.a(t) * mu / self.T)

    def slope(self, mu, t):
        return mu - 2 * self.a(t) * np.tanh(self.m * self.h + self.a(t) * mu / self.T)

    def kappa(self, t):
        return 2 * self.a(t) ** 2 / self.T

    def extrema(self, t):
        """Minima and maxima of V at time t: sign changes of its slope on a grid that is fine where they can be, bisected."""
        a = float(self.a(t))
        if a == 0:
            return [0.0], []
        # where tanh lives: mu = (T/a)(y - m h), y within +-40; and the wells' ends
        y = np.linspace(-45, 45, 60001)
        grid = np.concatenate([(y - self.m * self.h) * self.T / a, np.linspace(-2.01 * a, 2.01 * a, 60001)])
        grid = np.unique(grid[np.abs(grid) <= 2.01 * a + 1e-300])
        s = self.slope(grid, t)
        minima, maxima = [], []
        for i in np.nonzero(np.sign(s[:-1]) != np.sign(s[1:]))[0]:
            if s[i] == 0 and i > 0:
                continue
            at = root(lambda x: self.slope(x, t), grid[i], grid[i + 1]) if s[i] * s[i + 1] < 0 else grid[i + 1]
            (minima if s[i] < 0 or (s[i] == 0 and s[i + 1] > 0) else maxima).append(float(at))
        return minima, maxima

    def density(self, mu, t, variance=None):
        v = self.T if variance is None else variance
        g = lambda d: np.exp(-d * d / (2 * v)) / math.sqrt(2 * math.pi * v)
        return self.plus * g(mu - self.a(t)) + self.minus * g(mu + self.a(t))

    def cdf(self, t, variance=None):
        s = math.sqrt(self.T if variance is None else variance)
        return lambda x: self.plus * normal_cdf((x - self.a(t)) / s) + self.minus * normal_cdf((x + self.a(t)) / s)

    def r_plus(self, t):
        z = self.a(t) / math.sqrt(2 * self.T)
        return 0.5 * (self.plus * erfc(-z) + self.minus * erfc(z))

    def agreement(self, t):
        x, w = np.polynomial.hermite_e.hermegauss(300)
        w = w / w.sum()
        m = float(self.a(t)) / math.sqrt(self.T)
        def f(z):
            u = np.clip(2 * (self.m * self.h + m * z), -700, 700)
            p = 1 / (1 + np.exp(-u))
            return p * p + (1 - p) ** 2
        return float(w @ (self.plus * f(x + m) + self.minus * f(x - m)))

    def second_well_time(self):
        if self.m == 0:
            return None
        spinodal = lambda k: math.sqrt(k * (k - 1)) - math.acosh(math.sqrt(k)) - self.m * abs(self.h)
        high = 2.0
        while spinodal(high) < 0:
            high *= 2
        k = root(spinodal, 1.0, high) if self.h != 0 else 1.0
        return 0.5 * math.log(2 * self.m**2 * self.n / (self.T * k))

    def magnetizations(self):
        """Law of the sum of clean spins: values and probabilities."""
        k = np.arange(self.n + 1)
        s = 2.0 * k - self.n
        choose = np.array([math.lgamma(self.n + 1) - math.lgamma(i + 1) - math.lgamma(self.n - i + 1) for i in k])
        if self.kind == "original":
            log = choose + self.beta / (2 * self.n) * s**2 + self.h / self.n * s
        else:
            def binomial(p):
                q = np.clip([p, 1 - p], 1e-300, 1)
                return choose + k * math.log(q[0]) + (self.n - k) * math.log(q[1])
            log = np.logaddexp(math.log(max(self.plus, 1e-300)) + binomial(0.5 * (1 + self.m)),
                               math.log(max(self.minus, 1e-300)) + binomial(0.5 * (1 - self.m)))
        p = np.exp(log - log.max())
        return s, p / p.sum()

def check_theory(magnet, scene, results, report):
    t = scene["time"]
    report.close("m*", results["m_star"], magnet.m)
    report.close("weights", [results["weights"]["plus"], results["weights"]["minus"]], [magnet.plus, magnet.minus])
    t_c = 0.5 * math.log(2 * magnet.m**2 * magnet.n / magnet.T) if magnet.m > 0 else None
    report.close("t_c", results["t_c"], t_c)
    report.close("t_s", results["t_s"], magnet.t_s)
    second = magnet.second_well_time()
    report.close("t of the second well", results["t_second_well"], second, 1e-7)
    if second is not None and abs(magnet.m * magnet.h) < 20:
        counts = [len(magnet.extrema(second + d)[0]) for d in (1e-3, -1e-3)]
        report.add("wells counted at its time", 0 if counts == [1, 2] else 1, 0)
    now = results["at_time"]
    minima, maxima = magnet.extrema(t)
    deep = min(minima, key=lambda x: (round(float(magnet.V(x, t)), 9), -x))
    others = [x for x in minima if x != deep]
    size = max(1.0, float(magnet.a(t)), math.sqrt(magnet.T))
    found = now["wells"]
    # of two wells of equal depth either may be called the deeper one
    if others and magnet.h == 0:
        deep, others = max(minima), [min(minima)]
    report.close("deep well", found["deep"], deep, 1e-6, size)
    report.close("shallow well", found["shallow"], others[0] if others else None, 1e-5, size)
    report.close("top", now["top"], maxima[0] if maxima else None, 1e-5, size)
    height = lambda x: float(magnet.V(maxima[0], t) - magnet.V(x, t)) if maxima else None
    depth = max(1.0, float(magnet.kappa(t)) * magnet.T)
    report.close("barrier", now["barrier"], height(deep), 1e-7, depth)
    report.close("shallow barrier", now["shallow_barrier"], height(others[0]) if others else None, 1e-7, depth)
    report.close("kappa", now["kappa"], magnet.kappa(t))
    u = magnet.m * magnet.h
    report.close("curvature at 0", now["curvature_at_0"], 1 - magnet.kappa(t) / np.cosh(min(abs(u), 350)) ** 2)
    report.close("centre (27)", now["early_centre"], 2 * magnet.a(t) * math.tanh(u))
    report.close("mean of mu", now["mean_mu"], magnet.a(t) * math.tanh(u))
    report.close("R+ at the time", now["r_plus_theory"], magnet.r_plus(t))
    report.close("clone agreement", now["clone_agreement"], magnet.agreement(t), 2e-6)

def check_ensemble(magnet, scene, load, report):
    spec = {"count": 2000, "tau_start": 6.0, "tau_end": -2.0, "steps": 800, "start": "noise", **scene.get("ensemble", {})}
    t = load("time")
    first, last = magnet.t_s + spec["tau_start"], max(0.0, magnet.t_s + spec["tau_end"])
    report.close("first and last time", t[[0, -1]], [first, last])
    grid = (first - t) / (first - last) * spec["steps"] if first > last else np.zeros_like(t)
    report.add("times lie on steps", np.abs(grid - np.round(grid)), 1e-6)
    mu = load("potential_mu")
    v = np.array([magnet.V(mu, s) for s in t])
    report.close("potential", load("potential"), v, 1e-9, np.maximum(1.0, np.abs(v).max(1, keepdims=True)))
    report.close("density", load("density"), np.array([magnet.density(mu, s) for s in t]), 1e-9, 1 / math.sqrt(magnet.T))
    report.close("R+ theory", load("r_plus_theory"), magnet.r_plus(t))
    particles = load("mu")
    if particles is None:
        return
    n = particles.shape[1]
    plus = (np.sign(particles) * 0.5 + 0.5).mean(1)
    report.close("R+ of mu.npy", load("r_plus"), plus)
    report.close("error of R+", load("r_plus_error"), np.sqrt(plus * (1 - plus) / n))
    mean = load("mean_mu")
    report.close("mean of mu.npy", mean[:, 0], particles.mean(1))
    report.close("mean in theory", mean[:, 1], magnet.a(t) * math.tanh(magnet.m * magnet.h))
    noise = spec["start"] == "noise"
    report.add("start: sqrt(n) KS", ks(particles[0], (lambda x: normal_cdf(x / math.sqrt(magnet.T))) if noise else magnet.cdf(t[0])), 2.2)
    # later rows follow P_t if nothing was missed at the start and steps are short
    left = float(magnet.a(first)) / math.sqrt(magnet.T)
    if (not noise or left < 0.004) and (first - last) / spec["steps"] <= 0.021:
        rows = np.linspace(0, len(t) - 1, 12).astype(int)
        report.add("mu follows P_t: sqrt(n) KS", [ks(particles[i], magnet.cdf(t[i])) for i in rows], 2.2)

def check_spins(magnet, scene, load, results, report):
    mu, t, x = load("spin_mu"), load("spin_time"), load("spins")
    report.close("sum of spins.npy", mu[-1], x.sum(1) / math.sqrt(magnet.n), 1e-5, math.sqrt(magnet.n))
    report.close("share of spin_mu", load("spin_r_plus"), (np.sign(mu) * 0.5 + 0.5).mean(1))
    report.close("share in the summary", results["spins"]["plus"], (np.sign(mu[-1]) * 0.5 + 0.5).mean())
    size = np.abs(mu[-1]).mean() / math.sqrt(magnet.n)
    report.close("mean size of M", results["spins"]["mean_magnetization_size"], size, 1e-6)
    m = mu[-1] / math.sqrt(magnet.n)
    # h = 0 has no energy even where beta = 0
    field = magnet.h / (magnet.beta * magnet.n) if magnet.h != 0 else 0
    if magnet.beta > 0:
        report.close("energy", results["spins"]["energy_per_spin"], np.mean(-m * m / 2 - field * m), 1e-6)
    report.add("spins are at ±1", np.abs(np.abs(x) - 1).mean(), 0.1 * max(1.0, math.sqrt(magnet.T)))
    if len(mu[0]) >= 200 and magnet.n <= 2000 and len(t) > 150:
        values, p = magnet.magnetizations()
        sums = np.sign(x).sum(1)
        cumulative = np.cumsum(p)
        distance = max(abs((sums <= v).mean() - c) for v, c in zip(values, cumulative))
        report.add("sums of spins: sqrt(n) KS", math.sqrt(len(sums)) * distance, 2.2)

def check_clones(magnet, load, report):
    tau, rows = load("clone_tau"), load("clone_agreement")
    theory = [magnet.agreement(magnet.t_s + s) for s in tau]
    report.close("clones' quadrature", rows[:, 2], theory, 2e-6)
    report.add("clones measured, in standard errors", np.abs(rows[:, 0] - theory) / np.maximum(rows[:, 1], 1e-3), 4.5)

def check_finite(magnet, scene, load, results, report):
    spec = scene["finite_data"]
    n, p = load("finite_spins"), load("finite_samples")
    report.close("N", n, spec["spins"])
    report.close("P", p, spec["samples"])
    error, se, plus = load("weight_error"), load("weight_error_se"), load("plus_weight")
    law = np.sqrt(magnet.plus * magnet.minus / p)[None, :].repeat(len(n), 0)
    for row in results["finite_data"]["theory"]:
        power = row["samples"] ** (2 / row["spins"]) - 1
        t_c = 0.5 * math.log1p(1 / magnet.T / power) if power > 0 else None
        report.close("t_C", row["t_collapse"], t_c)
        report.close("t_S of each N", row["t_s"], 0.5 * math.log(row["spins"]))
        report.close("law of the weights' error", row["weight_error_theory"], math.sqrt(magnet.plus * magnet.minus / row["samples"]))
    for i, table in enumerate(results["finite_data"]["scores"]):
        score = table["score"]
        if score in ("empirical", "fitted") and spec["data_sets"] >= 12:
            # a magnet so small that its sum changes sides misses more than its states' weights
            large = np.array([magnet.m**2 * N > 12 for N in n])
            if large.any():
                off = np.abs(error[i] - law)[large] / np.maximum(se[i][large], 1e-3)
                report.add(f"error of the {score} weights, in standard errors", off, 5)
        if score == "empirical":
            report.add("the empirical score copies", 1 - load("copies")[i], 0.02)
        fitted = exponents(table["cells"])
        if fitted is None or table["exponents"] is None:
            report.add("exponents where there are none", 0 if fitted is table["exponents"] else 1, 0)
            continue
        for key, value in fitted.items():
            report.close("exponents", table["exponents"]["in_" + key], value, 1e-5)

def exponents(cells):
    """error^2 = A P^2a N^2b by Newton's method on the quasi-likelihood of sums of squares; {name: (value, error)}."""
    varied = [key for key in ("samples", "spins") if len({c[key] for c in cells}) > 1]
    clear = sum(c["weight_error"] > 2 * c["weight_error_se"] for c in cells)
    if not varied or clear < 1 + len(varied):
        return None
    X = np.array([[1.0] + [2 * math.log(c[key]) for key in varied] for c in cells])
    y, own, se = (np.array([c[key] for c in cells]) for key in ("mean_square", "own_square", "mean_square_se"))
    theta = np.zeros(X.shape[1])
    theta[0] = math.log(y.max())
    for _ in range(500):
        law = np.exp(X @ theta)
        v = np.maximum((law + own) ** 2, sys.float_info.min)
        information = (X * (law**2 / v)[:, None]).T @ X
        step = np.linalg.solve(information, X.T @ (law * (y - law) / v))
        theta += step / max(1, np.abs(step).max())
        if np.abs(step).max() < 1e-12:
            break
    middle = (X * ((law * se / v) ** 2)[:, None]).T @ X
    inverse = np.linalg.inv(information)
    error = np.sqrt(np.maximum(np.diag(inverse @ middle @ inverse), 0))
    return {key: (theta[j + 1], error[j + 1]) for j, key in enumerate(varied)}

def check_states(magnet, scene, load, results, report):
    spec = {"plane": [0, 1], **scene["pure_states"]}
    w = np.array(spec["weights"], float)
    w = w / w.sum()
    q = np.array(spec["overlaps"], float)
    centres, particles = load("pure_centres"), load("pure_particles")
    ensemble = {"tau_end": -2.0, **scene.get("ensemble", {})}
    end = max(0.0, magnet.t_s + ensemble["tau_end"])
    report.close("Gram matrix of the centres", centres @ centres.T, q * math.exp(2 * (magnet.t_s - end)), 1e-7, math.exp(2 * (magnet.t_s - end)))
    # p(state | xi) at the end, in any basis
    logs = np.log(w) + (particles @ centres.T) / magnet.T
    logs -= logs.max(1, keepdims=True)
    p = np.exp(logs)
    share = (p / p.sum(1, keepdims=True)).mean(0)
    report.close("shares of the states", results["pure_states"]["shares"], share, 1e-6)
    if np.ptp(np.diag(q)) < 1e-9:  # (31) needs equal self-overlaps
        report.add("shares against weights, in standard errors", np.abs(share - w) / np.sqrt(w * (1 - w) / len(particles) + 1e-9), 5)
    # the potential on the plane of two states: Gram and Schmidt by hand
    i, j = spec["plane"]
    g = q * math.exp(2 * (magnet.t_s - scene["time"]))
    if g[i, i] * g[j, j] - g[i, j] ** 2 < 1e-9 * g[i, i] * g[j, j]:
        return
    axis = load("pure_axis")
    first = g[:, i] / math.sqrt(g[i, i])  # every centre along the first axis
    second = (g[:, j] - first[j] * first) / math.sqrt(g[j, j] - first[j] ** 2)
    x, y = np.meshgrid(axis, axis)
    inside = np.log(w)[:, None, None] + (first[:, None, None] * x + second[:, None, None] * y) / magnet.T
    top = inside.max(0)
    v = (x**2 + y**2) / 2 - 2 * magnet.T * (top + np.log(np.exp(inside - top).sum(0)))
    got = load("pure_potential")
    # up to a constant, as potentials are
    report.close("potential of several states", got - got.min(), v - v.min(), 1e-8, np.abs(v).max())

# ---- high dimensions ----------------------------------------------------------------------------------------------------

def spectrum(choice, n):
    k = np.arange(1, n + 1)
    match choice["kind"]:
        case "flat":
            return np.ones(n)
        case "power_law":
            v = k ** -float(choice.get("exponent", 1.0))
            return v / v.mean()
        case "spiked":
            v = np.ones(n)
            v[: int(choice.get("spikes", 1))] += choice.get("height", 4.0)
            return v
        case "marchenko_pastur":
            c = choice.get("ratio", 0.25)
            low, high = (1 - math.sqrt(c)) ** 2, (1 + math.sqrt(c)) ** 2
            # cumulative distribution on the angle, with Gauss and Legendre's rule in each of many cells
            theta = np.linspace(0, math.pi, 20001)
            x, w = np.polynomial.legendre.leggauss(4)
            inner = (theta[:-1, None] + theta[1:, None]) / 2 + np.diff(theta)[:, None] / 2 * x
            mid, half = (low + high) / 2, (high - low) / 2
            mass = ((half * np.sin(inner)) ** 2 / (2 * math.pi * c * (mid - half * np.cos(inner))) * w).sum(1) * np.diff(theta) / 2
            cumulative = np.concatenate([[0], np.cumsum(mass)])
            at = np.interp((k - 0.5) / n, cumulative / cumulative[-1], theta)
            return np.sort(mid - half * np.cos(at))[::-1]

def density(values, ratio, places, width):
    """Im m/(pi c) from z = -1/m + c <l/(1 + l m)>, by Newton's method down from large imaginary parts."""
    out = []
    for x in places:
        m = None
        for eta in np.geomspace(10 * values.max(), width, 60):
            z = complex(x, eta)
            m = -1 / z if m is None else m
            for _ in range(60):
                d = 1 + values * m
                f = -1 / m + ratio * (values / d).mean() - z
                slope = 1 / m**2 - ratio * (values**2 / d**2).mean()
                step = f / slope
                while (m - step).imag <= 0:
                    step /= 2
                m -= step
                if abs(step) < 1e-13 * abs(m):
                    break
        zeros = max(1 - ratio, 0) * width / (x * x + width * width)
        out.append(max((m.imag - zeros) / (math.pi * ratio), 0))
    return np.array(out)

def wishart(rng, values, p):
    """Sample covariance of p Gaussian vectors of covariance diag(values), factored for many samples as Bartlett does."""
    n = len(values)
    if p <= 4 * n:
        a = rng.standard_normal((n, int(p))) * np.sqrt(values)[:, None]
        return a @ a.T / p
    a = np.tril(rng.standard_normal((n, n)), -1)
    a[np.arange(n), np.arange(n)] = np.sqrt(rng.chisquare(p - np.arange(n)))
    a *= np.sqrt(values / p)[:, None]
    return a @ a.T

def distances(values, d):
    r = np.sqrt(values)
    fidelity = np.sqrt(np.maximum(np.linalg.eigvalsh(r[:, None] * d * r[None]), 0)).sum()
    relative = d / (r[:, None] * r[None]) - np.eye(len(values))
    return max((values.sum() + np.trace(d) - 2 * fidelity) / len(values), 0), math.sqrt((relative**2).sum())

def check_high(scene, load, results, report):
    rng = np.random.default_rng(7)
    get = lambda key, default: scene.get(key, default)
    sizes, exponents = load("sizes"), load("exponents")
    report.close("sizes", sizes, get("sizes", [50, 100, 200]))
    report.close("exponents", exponents, scene["exponents"])
    p = np.maximum(1, np.round(sizes[:, None] ** (1 + exponents[None]))) if sizes.size else np.zeros((0, len(exponents)))
    report.close("samples", load("samples"), p)
    w2, error, lower, upper = (load(k) for k in ("w2", "w2_error", "tv_lower", "tv_upper"))
    averaged = get("learning", "averaged") == "averaged"
    choice = get("spectrum", {"kind": "marchenko_pastur"})
    for i, n in enumerate(sizes.astype(int)):
        values = spectrum(choice, n)
        if not averaged or n > 200:
            continue
        for j in range(len(exponents)):
            few = p[i, j] < n
            drawn = np.array([distances(values, wishart(rng, values, p[i, j])) for _ in range(16)])
            mean, spread = drawn[:, 0].mean(), drawn[:, 0].std(ddof=1)
            allowed = spread * math.sqrt(1 / 16 + 1 / get("repeats", 3)) + 0.002 * mean + 1e-12
            report.add("W2 against samples drawn anew, in standard errors", abs(w2[i, j] - mean) / allowed, 6)
            if few:
                report.close("TV = 1 for P < N", [lower[i, j], upper[i, j]], [1, 1])
            else:
                size = np.minimum(drawn[:, 1], 1)
                allowed = 6 * size.std(ddof=1) + 0.002 * size.mean()
                report.add("TV bounds against samples drawn anew", abs(upper[i, j] / 1.5 - size.mean()) / allowed, 1)
                report.close("lower bound : upper bound", lower[i, j], upper[i, j] / 150)
    focus = {"size": 200, "exponent": 0.5, **get("focus", {})}
    truth, made = load("spectrum_true"), load("spectrum_generated")
    samples = max(1, round(focus["size"] ** (1 + focus["exponent"])))
    if truth is None:
        report.add("a spectrum is missing only where the score is undetermined", 0 if not averaged and samples < focus["size"] else 1, 0)
        return
    values = spectrum(choice, focus["size"])
    report.close("spectrum of the data", truth, values, 2e-5)
    report.close("samples at the focus", results["focus"]["samples"], samples)
    report.close("trace of the data", results["focus"]["trace_true"], values.mean(), 1e-4)
    report.close("trace of what is generated", results["focus"]["trace_generated"], made.mean())
    report.add("the generated spectrum falls", np.maximum(np.diff(made), 0), 1e-9)
    if averaged:
        anew = np.array([np.sort(np.linalg.eigvalsh(wishart(rng, values, samples)))[::-1] for _ in range(16)])
        # eigenvalues repel: each scatters by little; the largest by the most
        allowed = 7 * anew.std(0, ddof=1) + 0.01 * values.max() + 1e-9
        report.add("generated eigenvalues against samples drawn anew", np.abs(made - anew.mean(0)) / allowed, 1)
    x, got = load("density_x"), load("density")
    top = x[-1] + (x[1] - x[0]) / 2
    report.close("places of the density", top, 1.15 * max(made.max(), truth.max()), 1e-6)
    some = np.linspace(0, len(x) - 1, 40).astype(int)
    expected = density(values, focus["size"] / samples, x[some], 0.005 * top)
    # more than 256 eigenvalues are thinned out, and next to a sharp edge the smoothing tells the difference
    report.close("density of random matrices", got[some], expected, 1e-4 if focus["size"] <= 256 else 3e-2, max(expected.max(), 1e-9))
    overlaps = load("overlaps").astype(float)
    report.close("rows of the overlaps", overlaps.sum(1), np.ones(len(overlaps)), 1e-4)
    report.close("columns of the overlaps", overlaps.sum(0), np.ones(len(overlaps)), 1e-4)
    report.close("mean diagonal overlap", results["focus"]["mean_diagonal_overlap"], np.diag(overlaps).mean(), 1e-6)

# ---- folders ------------------------------------------------------------------------------------------------------------

def check(folder, report):
    folder = pathlib.Path(folder)
    summary = json.loads((folder / "summary.json").read_text())
    scene, results = summary["parameters"], summary["results"]
    def load(name):
        path = folder / (name + ".npy")
        return np.load(path).astype(float) if path.exists() else None
    print(folder)
    if summary["lab"] == "high_dimensions":
        check_high(scene, load, results, report)
        return
    magnet = Magnet(scene["model"])
    check_theory(magnet, scene, results, report)
    check_ensemble(magnet, scene, load, report)
    if scene.get("spins"):
        check_spins(magnet, scene, load, results, report)
    if scene.get("clones"):
        check_clones(magnet, load, report)
    if scene.get("finite_data"):
        check_finite(magnet, scene, load, results, report)
    if scene.get("pure_states"):
        check_states(magnet, scene, load, results, report)

def write(folder):
    """Scenes drawn at random, and corners."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(2026)
    pick = lambda values: values[int(rng.integers(len(values)))]
    scenes = {}
    for i in range(12):
        spins = int(10 ** rng.uniform(0.5, 6))
        t_s = 0.5 * math.log(spins)
        scene = {
            "lab": "symmetry_breaking", "version": 1, "title": f"random {i}", "seed": int(rng.integers(1000)),
            "model": {"kind": pick(["simplified", "original"]), "beta": round(rng.uniform(0.3, 4), 3),
                      "field": round(rng.normal() * 10 ** rng.uniform(-2, 1.5), 4), "spins": spins,
                      "temperature": round(10 ** rng.uniform(-1.5, 1.0), 4)},
            "time": round(max(0.0, t_s + rng.uniform(-3, 3)), 3),
            "ensemble": {"count": 3000, "steps": int(rng.integers(400, 900)), "tau_start": 7.0, "tau_end": -2.0,
                         "start": pick(["noise", "exact"])},
        }
        if i % 3 == 0:
            scene["clones"] = {"pairs": 3000, "tau": [-1.0, 0.0, 0.7, 2.0]}
        if i % 3 == 1 and spins < 5000:
            scene["spins"] = {"systems": 1000, "steps": 400}
        if i % 4 == 2:
            scene["finite_data"] = {"spins": [40, 80], "samples": [20, 60, 180], "data_sets": 20, "generated": 100, "steps": 80}
        if i % 4 == 3:
            a = rng.normal(size=(3, 4))
            a = a / np.linalg.norm(a, axis=1, keepdims=True) * rng.uniform(0.5, 1, (3, 1) if i == 3 else (1, 1))
            scene["pure_states"] = {"weights": rng.uniform(0.2, 1, 3).round(3).tolist(), "overlaps": (a @ a.T).tolist(), "particles": 2000}
        scenes[f"magnet_{i}"] = scene
    base = {"lab": "symmetry_breaking", "version": 1, "ensemble": {"count": 1000, "steps": 900, "tau_start": 7.0}}
    model = {"kind": "original", "beta": 1.5, "field": 0.4, "spins": 300}
    scenes["corner_one_spin"] = {**base, "model": {**model, "spins": 1}, "time": 0.2, "spins": {"systems": 500, "steps": 300}}
    scenes["corner_billion"] = {**base, "model": {**model, "spins": 1e9}, "time": 0.0}
    scenes["corner_cold_bath"] = {**base, "model": {**model, "temperature": 1e-3}, "time": 5.0, "spins": {"systems": 500, "steps": 400}}
    scenes["corner_hot_magnet"] = {**base, "model": {**model, "beta": 0.5}, "time": 1.0, "clones": {"pairs": 2000, "tau": [0.0, 1.0]}}
    scenes["corner_strong_field"] = {**base, "model": {**model, "field": 900.0}, "time": 2.0}
    scenes["corner_one_sample"] = {**base, "model": model, "time": 2.0,
                                   "finite_data": {"spins": [1, 30], "samples": [1, 4], "data_sets": 12, "generated": 40, "steps": 60}}
    scenes["corner_before_the_run"] = {**base, "model": model, "time": 60.0}
    kinds = [{"kind": "flat"}, {"kind": "power_law", "exponent": 0.8}, {"kind": "spiked", "spikes": 3, "height": 6.0}, {"kind": "marchenko_pastur", "ratio": 0.5}]
    for i, kind in enumerate(kinds):
        scenes[f"spectrum_{i}"] = {
            "lab": "high_dimensions", "version": 1, "spectrum": kind, "sizes": [int(rng.integers(10, 40)), int(rng.integers(60, 140))],
            "exponents": [-1.0, -0.4, 0.0, 0.5, 1.1, 2.0], "repeats": 3, "focus": {"size": int(rng.integers(80, 240)), "exponent": round(rng.uniform(-0.3, 1), 2)},
            "seed": int(rng.integers(1000)),
        }
    scenes["spectrum_one_draw"] = {"lab": "high_dimensions", "version": 1, "learning": "least_squares", "sizes": [20], "exponents": [-0.5, 1.0],
                                   "repeats": 2, "focus": {"size": 20, "exponent": -0.5}, "steps": 20}
    for name, scene in scenes.items():
        (folder / (name + ".json")).write_text(json.dumps(scene, indent=1))

def main(arguments):
    if arguments[:1] == ["--write"] and len(arguments) == 2:
        write(arguments[1])
        return 0
    if not arguments:
        print(__doc__)
        return 2
    report = Report()
    for folder in arguments:
        check(folder, report)
    print()
    for what, (value, limit) in report.worst.items():
        print(f"{what:60} {value:10.3g} of {limit:g}")
    return 1 if report.failed else 0

sys.exit(main(sys.argv[1:]))
