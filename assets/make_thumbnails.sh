#!/usr/bin/env bash
# Draws the gallery's thumbnails, assets/thumbnails/ID.jpg, with the program itself; run it after a scene was added or
# changed. Needs ImageMagick's convert for cutting the canvas out of the figure.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-target/release/diffuscope}
mkdir -p assets/thumbnails
figure=$(mktemp --suffix .png)
trap 'rm -f "$figure"' EXIT
for scene in assets/scenes/*.json; do
    id=$(basename "$scene" .json)
    # Panes of the labs that have several are shown as they are.
    if [[ $id == magnet_* ]]; then
        "$program" render "$scene" --size 560x350 --theme dark -o "$figure"
        convert "$figure" -resize 400x250 -strip -quality 84 "assets/thumbnails/$id.jpg"
        continue
    fi
    # The axes lie left of 46 and below 386 points, the colour bar right of 548.
    # Scenes of labs without a picture of their own are left out.
    "$program" render "$scene" --size 640x420 --theme dark -o "$figure" || continue
    convert "$figure" -crop 496x310+48+42 +repage -resize 400x250 -strip -quality 84 "assets/thumbnails/$id.jpg"
done
