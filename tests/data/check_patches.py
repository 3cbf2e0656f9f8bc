#!/usr/bin/env python3
"""Follows runs of the patch lab step by step in NumPy, sharing no code with the program.

    python3 check_patches.py --write FOLDER      writes varied scenes, each with its noise in an .npy file
    diffuscope run FOLDER/NAME.json --out DIR --engine core
    python3 check_patches.py DIR [DIR ...]

Every run is repeated from phi_start.npy in double precision, by sums over all patches, what is painted and the machine that
is compared included. Printed are the share of pixels farther than 1e-4 on phi, and the largest differences of phi_start from
noise of the scene's own or drawn from its seed, of the grid of abar, of correlations, information and local consistency at
the measured times, of how much farther a pixel's source is than its nearest patch, and of training images from those that
NAME_images.npy holds, where the title of a scene says "images in NAME_images.npy" and DIR lies beside it. Ends with status 1
if one is above its limit. Training images must be given in the scene or in files, as two_pattern needs none.
"""
import base64, json, pathlib, struct, sys
import numpy as np

# ---- the machines ------------------------------------------------------------------------------------------------------

def windows(planes, k, circular):
    """The k x k window of every pixel: [..., H, W] -> [..., H, W, k, k]."""
    r = k // 2
    pad = [(0, 0)] * (planes.ndim - 2) + [(r, r), (r, r)]
    if circular:  # windows may be larger than the image, so indices rather than np.pad
        at = [np.arange(-r, n + r) % n for n in planes.shape[-2:]]
        wide = planes[..., at[0][:, None], at[1][None, :]]
    else:
        wide = np.pad(planes, pad)
    return np.lib.stride_tricks.sliding_window_view(wide, (k, k), axis=(-2, -1))

def overhang(n, k):
    """How far the window of each of n pixels overhangs either end of one axis."""
    x = np.arange(n)
    return np.stack([np.maximum(0, k // 2 - x), np.maximum(0, x + k // 2 - n + 1)], 1)

class Machine:
    def __init__(self, choice, images, side):
        self.kind, self.images, self.side = choice["kind"], images, side
        self.inside = bool(choice.get("inside", 0))
        self.circular = self.kind in ("two_pattern", "els") or (self.kind == "ls" and not choice.get("zero_border", 0))

    def posterior(self, phi, abar, k):
        """Squared distances [pixels, patches], infinite where a patch is not compared, and the centres [patches, C].
        phi is one grid [C, L, L]."""
        if self.kind == "is":
            d = ((phi - np.sqrt(abar) * self.images) ** 2).sum((1, 2, 3))
            return np.repeat(d[None], self.side**2, 0), None
        n, c, h, _ = self.images.shape
        own = np.moveaxis(windows(phi, k, self.circular), 0, 2).reshape(self.side**2, -1)
        all_ = np.moveaxis(windows(self.images, k, self.circular), 1, 3).reshape(n * h * h, -1)
        d = np.stack([((row - np.sqrt(abar) * all_) ** 2).sum(1) for row in own])
        over_own, over_all = overhang(self.side, k), overhang(h, k)
        if self.kind == "els" and self.inside:
            free = (over_all == 0).all(1)
            allowed = np.broadcast_to((free[:, None] & free[None]).reshape(-1), (self.side**2, h * h))
        elif self.kind == "bbels":  # the nine regions: the same overhang at every one of the four borders
            same = (over_own[:, None] == over_all[None]).all(-1)
            allowed = (same[:, None, :, None] & same[None, :, None, :]).reshape(self.side**2, h * h)
        elif self.kind == "ls":
            allowed = np.eye(h * h, dtype=bool)
        else:
            allowed = np.ones((self.side**2, h * h), bool)
        d = np.where(np.tile(allowed, (1, n)), d, np.inf)
        return d, np.moveaxis(self.images, 1, 3).reshape(n * h * h, c)

    def denoise(self, phi, abar, k):
        """D of one grid [C, L, L]."""
        if self.kind == "two_pattern":
            return np.tanh(np.sqrt(abar) * windows(phi, k, True).sum((-2, -1)) / (1 - abar))
        d, centres = self.posterior(phi, abar, k)
        w = np.exp(-(d - d.min(1, keepdims=True)) / (2 * (1 - abar)))
        w /= w.sum(1, keepdims=True)
        if self.kind == "is":
            return np.einsum("n,nchw->chw", w[0], self.images)
        return (w @ centres).T.reshape(-1, self.side, self.side)

    def sources(self, phi, abar, k):
        """Distances [pixels, patches] as posterior has them; two_pattern compares with all +1 and all -1."""
        if self.kind == "two_pattern":
            own = windows(phi[0], k, True).reshape(self.side**2, -1)
            return np.stack([((own - s * np.sqrt(abar)) ** 2).sum(1) for s in (1, -1)], 1)
        return self.posterior(phi, abar, k)[0]

# ---- grids of abar, windows, steps -------------------------------------------------------------------------------------

def abar_grid(kind, first, last, n):
    if kind == "log_snr":  # within +-13.8; an end beyond is a point of its own
        cut = [max(-13.8, min(13.8, np.log(a) - np.log1p(-a))) if 0 < a < 1 else (13.8 if a else -13.8) for a in (first, last)]
        back = lambda s: 1 / (1 + np.exp(-s))
        beyond = [int(n >= 4 and abs(back(s) - a) > 1e-12 * max(a, 1e-9)) for s, a in zip(cut, (first, last))]
        inner = back(np.linspace(*cut, n - sum(beyond) + 1))
        points = np.concatenate([[first] * beyond[0], inner, [last] * beyond[1]])
    else:
        forward, back = {
            "uniform": (lambda a: a, lambda s: s),
            "sqrt": (np.sqrt, np.square),
            "cosine": (lambda a: 1.008 * 2 / np.pi * np.arccos(np.sqrt(a)), lambda t: np.cos(t / 1.008 * np.pi / 2) ** 2),
        }[kind]
        points = back(np.linspace(forward(first), forward(last), n + 1))
    points[0], points[-1] = first, last
    return points

PRESETS = {
    "mnist_resnet_zero": [3, 3, 5, 5, 5, 7, 7, 7, 9, 9, 11, 11, 11, 11, 13, 15, 15, 15, 15, 15],
    "cifar_resnet_zero": [3, 3, 3, 3, 5, 5, 5, 7, 7, 7, 7, 9, 9, 11, 11, 13, 15, 17, 17, 17],
    "cifar_resnet_circular": [3, 3, 3, 3, 5, 5, 5, 5, 7, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15, 15],
}

def patch_size(window, i, n, abar):
    """k of step i of n. Entry j of a list of m, low noise first, serves noise times t = (n - i)/n up to (j + 1)/m."""
    [(kind, value)] = window.items()
    if kind == "k":
        return value
    if kind == "curve":
        return 2 * int(np.floor((np.interp(abar, *zip(*value)) - 1) / 2 + .5)) + 1
    values = PRESETS[value] if kind == "preset" else value
    return values[-(-(n - i) * len(values) // n) - 1]

def step(stepper, phi, a, b, denoise):
    """phi at b from phi at a."""
    if stepper == "ddim" or a == 0 or b == 1:
        d = denoise(phi, a)
        return np.sqrt(b) * d + np.sqrt((1 - b) / (1 - a)) * (phi - np.sqrt(a) * d)
    if stepper == "euler_angle":
        theta, end = np.arcsin(np.sqrt(a)), np.arcsin(np.sqrt(b))
        return phi + (end - theta) * (denoise(phi, a) - phi * np.sin(theta)) / np.cos(theta)
    slope = lambda phi, a: (denoise(phi, a) / np.sqrt(a) - phi) / (2 * (1 - a))
    h = b - a
    k1 = slope(phi, a)
    if stepper == "euler":
        return phi + h * k1
    if stepper == "heun":
        return phi + h / 2 * (k1 + slope(phi + h * k1, b))
    k2 = slope(phi + h / 2 * k1, a + h / 2)
    k3 = slope(phi + h / 2 * k2, a + h / 2)
    return phi + h / 6 * (k1 + 2 * k2 + 2 * k3 + slope(phi + h * k3, b))

# ---- noise and painting ------------------------------------------------------------------------------------------------

def philox(counter, seed):
    """Philox4x32-10 of a list of four arrays of words."""
    c, low = [np.asarray(v, np.uint64) for v in counter], np.uint64(0xFFFFFFFF)
    key = [np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)]
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [b >> np.uint64(32) ^ c[1] ^ key[0], b & low, a >> np.uint64(32) ^ c[3] ^ key[1], a & low]
        key = [(key[0] + np.uint64(0x9E3779B9)) & low, (key[1] + np.uint64(0xBB67AE85)) & low]
    return c

def normals(seed, stream, item, step):
    """Four normal numbers for each item, by Box and Muller from the upper 24 bits of the words."""
    zero = np.zeros_like(item)
    u = [((w >> np.uint64(8)).astype(float) + .5) / 2**24 for w in philox([item, zero + step, zero + stream, zero], seed)]
    pair = lambda a, b: [np.sqrt(-2 * np.log(a)) * f(2 * np.pi * b) for f in (np.cos, np.sin)]
    return np.stack(pair(u[0], u[1]) + pair(u[2], u[3]), -1)

def start_noise(seed, shape):
    """The noise [B, C, L, L] that a seed draws: stream 1, items count fours of numbers of one grid, steps count grids."""
    size = int(np.prod(shape[1:]))
    return np.stack([normals(seed, 1, np.arange(-(-size // 4)), b).reshape(-1)[:size].reshape(shape[1:]) for b in range(shape[0])])

def paint(phi, scene, abars, step):
    """Strokes are painted before the first step that starts at their abar or later; borders are circular."""
    count, channels, side, _ = phi.shape
    strokes = [s for s in scene.get("painting", []) if min(np.searchsorted(abars, s["abar"] - 1e-12), len(abars) - 1) == step]
    for number, stroke in enumerate(strokes):
        far = [np.abs((np.arange(side) - at) % side) for at in stroke["at"]]
        far = [np.minimum(d, side - d) for d in far]
        inside = np.hypot(far[0][:, None], far[1][None]) <= stroke["radius"]
        for c in range(channels):
            if stroke["ink"] == "noise":
                item = (stroke["grid"] * channels + c) * side**2 + np.arange(side**2)
                value = normals(scene["seed"], 0x200, item, step << 12 ^ number)[:, 0].reshape(side, side)
            else:
                value = np.full((side, side), np.sqrt(abars[step]) * stroke["ink"]["value"])
            phi[stroke["grid"], c][inside] = value[inside]
    return phi

# ---- what is measured --------------------------------------------------------------------------------------------------

def rings(side):
    fold = np.minimum(np.arange(side), side - np.arange(side))
    return np.floor(np.hypot(fold[:, None], fold[None]) + .5).astype(int)

def correlations(phi):
    """rho [L, L], its radial mean and that of I, by sums over all displacements."""
    side = phi.shape[-1]
    centred = phi - phi.mean((0, 2, 3), keepdims=True)
    g = np.array([[(centred * np.roll(centred, (-dy, -dx), (2, 3))).mean((0, 2, 3)).sum()
                   for dx in range(side)] for dy in range(side)])
    rho = g / g[0, 0] if g[0, 0] > 0 else 0 * g
    information = -.5 * np.log1p(-np.minimum(rho**2, 1 - np.finfo(float).eps))
    information[0, 0] = 0
    ring = rings(side)
    mean = lambda v: np.array([v[ring == r].mean() for r in range(side // 2 + 1)])
    return rho, mean(rho), mean(information)

def centres(machine, phi, abar, k):
    """Centre of the nearest patch of every pixel of one grid, [C, pixels]."""
    nearest = machine.sources(phi, abar, k).argmin(1)
    if machine.kind == "two_pattern":
        return np.where(nearest == 0, 1., -1.)[None]
    if machine.kind == "is":
        return machine.images[nearest[0]].reshape(-1, machine.side**2)
    return np.moveaxis(machine.images, 1, 3).reshape(-1, machine.images.shape[1])[nearest].T

# ---- one run -----------------------------------------------------------------------------------------------------------

LIMITS = {"abar_grid": 1e-12, "phi beyond 1e-4": 1e-3, "rho": 1e-3, "rho_2d": 1e-3, "information": 2e-3,
          "consistency": 5e-3, "source farther": 1e-4, "start": 2e-5, "images": 2e-7}

def given_images(scene):
    given = scene["training"].get("images")
    if given is None:
        return np.ones((2, 1, 1, 1))  # only the number of channels counts
    shape = given["count"], given["channels"], given["side"], given["side"]
    if given.get("values"):
        return np.frombuffer(base64.b64decode(given["values"]), "<f4").astype(float).reshape(shape)
    levels = np.frombuffer(base64.b64decode(given["levels"]), np.uint8)
    return (levels.astype(np.float32) / np.float32(127.5) - np.float32(1)).astype(float).reshape(shape)

def check(folder):
    scene = json.loads((folder / "summary.json").read_text())["parameters"]
    images, found = given_images(scene), {}
    if scene["title"].startswith("images in "):
        expected = np.load(folder.parent / scene["title"].removeprefix("images in "))
        found["images"] = np.abs(images - expected).max() if images.shape == expected.shape else np.inf
    good = check_run(folder, "", scene, scene["machine"], images, found)
    if scene.get("compare"):
        # Nothing is painted on the grids of the machine that is compared.
        good &= check_run(folder, "compare_", scene | {"painting": []}, scene["compare"], images, {})
    return good

def check_run(folder, prefix, scene, spec, images, found):
    load = lambda name: np.load(folder / f"{prefix}{name}.npy").astype(float)
    side = scene["ensemble"]["side"]
    if scene["training"].get("images") is None and spec["kind"]["kind"] != "two_pattern":
        sys.exit(f"{folder}: the training images must be given in the scene")
    machine = Machine(spec["kind"], images, side)
    n = spec["steps"]
    abars = abar_grid(spec["grid"], *spec["abar"], n)
    found["abar_grid"] = np.abs(abars - load("abar_grid")).max()
    phi = np.moveaxis(load("phi_start"), 3, 1)
    if (scene.get("noise") or {}).get("values"):
        noise = np.frombuffer(base64.b64decode(scene["noise"]["values"]), "<f4").astype(float)
        noise = np.moveaxis(noise.reshape(len(phi), side, side, -1), 3, 1).copy()
    else:
        noise = start_noise(scene["seed"], phi.shape)
    found["start"] = np.abs(paint(noise, scene, abars, 0) - phi).max()
    measured = {int(np.abs(abars - a).argmin()): t for t, a in enumerate(load("abar"))}
    rho, rho_2d, information, consistent = (load(f) for f in ("rho_radial", "rho_2d", "mutual_information", "local_consistency"))
    worst = {"rho": 0., "rho_2d": 0., "information": 0., "consistency": 0.}
    for i in range(n + 1):
        k = patch_size(spec["window"], min(i, n - 1), n, abars[min(i, n - 1)])
        if i > 0:
            phi = paint(phi, scene, abars, i)
        if i in measured:
            t = measured[i]
            table, radial, info = correlations(phi)
            far = np.stack([np.abs(grid.reshape(len(grid), -1) - np.sqrt(abars[i]) * centres(machine, grid, abars[i], k)).max(0)
                            for grid in phi])
            for name, difference in [("rho", radial - rho[t]), ("rho_2d", table - rho_2d[t]), ("information", info - information[t]),
                                     ("consistency", (far <= scene["tolerance"]).mean() - consistent[t])]:
                worst[name] = max(worst[name], np.abs(difference).max())
        if i < n:
            phi = np.stack([step(spec["stepper"], grid, abars[i], abars[i + 1], lambda p, a: machine.denoise(p, a, k)) for grid in phi])
    end = np.moveaxis(load("phi_end"), 3, 1)
    beyond = np.abs(end - phi).max(1) > 1e-4
    found["phi beyond 1e-4"] = beyond.mean()
    # Of several patches equally near any may be named: what counts is how near the named one is, as seen from phi_end.
    image, position = (load(f).astype(int).reshape(len(end), -1) for f in ("source_image", "source_position"))
    farther = 0.
    for b, grid in enumerate(end):
        d = machine.sources(grid, abars[n], k)
        h = machine.images.shape[-1]
        own = np.arange(side**2)
        named = image[b] if machine.kind in ("two_pattern", "is") else image[b] * h * h + position[b]
        if machine.kind in ("two_pattern", "is") and (position[b] != own).any():
            farther = np.inf
        farther = max(farther, (d[own, named] - d.min(1)).max())
    found["source farther"] = farther
    found |= worst
    bad = [name for name, value in found.items() if not value <= LIMITS[name]]
    print(f"{prefix + folder.name:24}", "  ".join(f"{name} {value:.1e}" for name, value in found.items()), "BAD: " + ", ".join(bad) if bad else "")
    return not bad

# ---- varied scenes -----------------------------------------------------------------------------------------------------

def write(folder):
    rng = np.random.default_rng(20241202)
    folder.mkdir(parents=True, exist_ok=True)
    def images(n, c, h):
        """Smooth random pictures, so that patches resemble one another as those of real ones do."""
        x = rng.normal(size=(n, c, h, h))
        x = sum(np.roll(x, s, (2, 3)) for s in [(0, 0), (1, 0), (0, 1), (1, 1)])
        levels = np.clip(np.round(127.5 * (np.tanh(x) + 1)), 0, 255).astype(np.uint8)
        return {"name": "random", "count": n, "channels": c, "side": h, "levels": base64.b64encode(levels.tobytes()).decode()}
    def machine(kind, window={"k": 3}, stepper="ddim", grid="sqrt", steps=20, abar=(0, 1), **parameters):
        return {"kind": {"kind": kind, **parameters}, "window": window, "stepper": stepper, "grid": grid, "abar": list(abar),
                "steps": steps}
    def scene(name, kind, given=None, *, window={"k": 3}, stepper="ddim", grid="sqrt", steps=20, count=2, side=10,
              abar=(0, 1), double=False, seeded=False, files=None, expected=None, painting=[], compare=None, **parameters):
        channels = given["channels"] if given else expected.shape[1] if expected is not None else 1
        noise = rng.normal(size=(count, side, side, channels))
        if channels == 1 and double:
            noise = noise[..., 0]
        np.save(folder / f"{name}.npy", noise if double else noise.astype(np.float32))
        text = {"lab": "patches", "version": 1, "training": {"images": given}, "ensemble": {"count": count, "side": side},
                "painting": painting, "compare": compare and machine(*compare), "seed": 1 + 2**33,
                "machine": machine(kind, window, stepper, grid, steps, abar, **parameters)}
        if not seeded:
            text["noise"] = {"file": f"{name}.npy"}
        if files:
            np.save(folder / f"{name}_images.npy", expected)
            text |= {"title": f"images in {name}_images.npy", "training": {"files": files}}
        (folder / f"{name}.json").write_text(json.dumps(text))
    scene("two_ddim", "two_pattern", count=4, side=24, window={"k": 5})
    scene("two_euler_uniform", "two_pattern", count=3, side=17, window={"k": 7}, stepper="euler", grid="uniform", double=True)
    scene("two_heun_cosine", "two_pattern", count=3, side=16, stepper="heun", grid="cosine")
    scene("two_rk4_log_snr", "two_pattern", count=3, side=16, window={"k": 1}, stepper="rk4", grid="log_snr")
    scene("two_list", "two_pattern", count=2, side=15, window={"list": [3, 5, 9, 17]}, stepper="euler_angle", steps=30)
    scene("two_k_above_side", "two_pattern", side=5, window={"k": 9}, abar=(.05, .95))
    scene("els_ddim", "els", images(3, 1, 10))
    scene("els_sizes", "els", images(4, 1, 7), side=13, window={"k": 5}, grid="cosine", double=True)
    scene("els_colour", "els", images(3, 3, 8), side=9, stepper="euler", grid="log_snr", steps=25)
    scene("els_inside", "els", images(3, 1, 9), inside=1, stepper="heun")
    scene("els_curve", "els", images(2, 1, 10), window={"curve": [[0, 9], [.5, 5], [1, 3]]})
    scene("els_one_image", "els", images(1, 1, 10), window={"k": 3}, steps=20)
    scene("els_preset", "els", images(2, 1, 12), side=12, window={"preset": "cifar_resnet_circular"}, count=1)
    scene("bbels_ddim", "bbels", images(4, 1, 10))
    scene("bbels_colour", "bbels", images(3, 3, 9), side=9, window={"k": 5}, stepper="heun", grid="uniform")
    scene("bbels_k_above_side", "bbels", images(3, 1, 8), side=8, window={"k": 11}, grid="cosine")
    scene("ls_circular", "ls", images(5, 1, 10), stepper="euler", grid="sqrt")
    scene("ls_zero", "ls", images(5, 3, 9), side=9, zero_border=1, window={"k": 5}, grid="log_snr")
    scene("is_ddim", "is", images(6, 1, 10))
    scene("is_colour_rk4", "is", images(6, 3, 9), side=9, stepper="rk4", grid="cosine")
    scene("els_two_steps", "els", images(3, 1, 10), steps=2)
    white = lambda abar, grid, at, radius: {"abar": abar, "grid": grid, "at": at, "radius": radius, "ink": {"value": 1}}
    noisy = lambda *where: white(*where) | {"ink": "noise"}
    scene("two_painted", "two_pattern", count=2, side=24, window={"k": 5}, seeded=True,
          painting=[noisy(0, 1, [3, 3], 3), white(.2, 0, [1.5, 22.25], 5), noisy(.2, 0, [12, 12], 2.5), white(1, 1, [9, 9], 1)])
    scene("els_painted_colour", "els", images(3, 3, 8), side=9, seeded=True, painting=[noisy(.11, 1, [4, 8], 2), white(.5, 0, [0, 0], 2)])
    scene("two_compared", "two_pattern", count=3, side=20, window={"k": 3}, painting=[white(.3, 0, [5, 5], 3)],
          compare=("two_pattern", {"k": 9}, "heun", "cosine", 33))
    scene("els_beside_is", "els", images(5, 1, 10), compare=("is", {"k": 3}, "ddim", "sqrt", 20))
    scene("ls_beside_bbels", "ls", images(4, 3, 9), side=9, compare=("bbels", {"list": [3, 5, 7]}, "euler", "uniform", 25))
    # Training images from files: single precision, 16 bits, bytes.
    smooth = lambda n, c, h: np.tanh(sum(np.roll(rng.normal(size=(n, c, h, h)), s, (2, 3)) for s in [(0, 0), (1, 0), (0, 1)]))
    fine = smooth(6, 1, 10).astype(np.float32)
    np.save(folder / "fine.npy", fine[:, 0])
    scene("is_by_file", "is", files={"paths": ["fine.npy"]}, expected=fine)
    scene("els_by_file", "els", files={"paths": ["fine.npy"]}, expected=fine, window={"k": 5}, side=12)
    wide = rng.integers(0, 65536, size=(4, 3, 9, 9), dtype=np.uint16)
    np.save(folder / "wide.npy", np.moveaxis(wide, 1, 3))
    scene("ls_by_file_of_16_bits", "ls", files={"paths": ["wide.npy"]}, expected=wide / 32767.5 - 1, side=9)
    levels = rng.integers(0, 256, size=(5, 10, 10), dtype=np.uint8)
    (folder / "levels.idx").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, *levels.shape) + levels.tobytes())
    scene("is_by_idx", "is", files={"paths": ["levels.idx"]}, expected=levels[:, None] / 127.5 - 1)

if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(pathlib.Path(sys.argv[2]))
    else:
        results = [check(pathlib.Path(folder)) for folder in sys.argv[1:]]
        sys.exit(0 if results and all(results) else 1)
