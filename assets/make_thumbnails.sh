#!/usr/bin/env bash
# Draws the gallery's thumbnails, assets/thumbnails/ID.jpg (400 × 250), with the program itself; run it after a scene was added
# or changed. Needs Python with Pillow (Debian: python3-pil) for cutting the canvas out of the figure.
#
#   assets/make_thumbnails.sh [PROGRAM [ID ...]]     all scenes if none is named; PYTHON=… chooses the interpreter
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-target/release/diffuscope}
python=${PYTHON:-python3}
shift || true
mkdir -p assets/thumbnails
figure=$(mktemp --suffix .png)
trap 'rm -f "$figure"' EXIT

# draw SCENE SIZE CROP: CROP is x,y,width,height in points of the figure, or "all".
draw() {
    "$program" render "$1" --size "$2" --scale 2 --theme dark -o "$figure"
    "$python" - "$figure" "$3" "assets/thumbnails/$(basename "$1" .json).jpg" <<'PYTHON'
import sys
from PIL import Image
figure, crop, out = sys.argv[1:]
picture = Image.open(figure).convert("RGB")
if crop != "all":
    x, y, width, height = (2 * int(v) for v in crop.split(","))
    picture = picture.crop((x, y, x + width, y + height))
picture.resize((400, 250), Image.LANCZOS).save(out, quality=84, optimize=True)
PYTHON
}

scenes=("${@/%/.json}")
scenes=("${scenes[@]/#/assets/scenes/}")
[ $# -gt 0 ] || scenes=(assets/scenes/*.json)
for scene in "${scenes[@]}"; do
    case "$(basename "$scene")" in
    # Panes of the labs that have several are shown as they are.
    magnet_*) draw "$scene" 560x350 all ;;
    spectrum_*) draw "$scene" 960x600 all ;;
    patches_*)
        # φ is the first picture: 387 points wide of four in a row, 307 of five, or 248 of two rows of four. What is cut is
        # in its middle.
        if grep -q '"compare"' "$scene"; then draw "$scene" 1600x1000 80,76,248,155
        elif grep -q '"painting"' "$scene"; then draw "$scene" 1600x1000 10,212,307,192
        else draw "$scene" 1600x1000 10,188,387,242; fi
        ;;
    # The axes lie left of 46 and below 386 points, the colour bar right of 548.
    *) draw "$scene" 640x420 48,42,496,310 ;;
    esac
done
