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
    case "$id" in
    patches_*)
        # The first picture is φ; with two machines there are two rows of smaller pictures.
        size=1600x1000
        if grep -q '"compare"' "$scene"; then crop=264x165+64+70; else crop=392x245+1+90; fi
        scale="-filter point -resize 400x250!"
        ;;
    *)
        # The axes lie left of 46 and below 386 points, the colour bar right of 548.
        size=640x420
        crop=496x310+48+42
        scale="-resize 400x250"
        ;;
    esac
    # Scenes of labs without a picture of their own are left out.
    "$program" render "$scene" --size "$size" --theme dark -o "$figure" || continue
    # shellcheck disable=SC2086 # $scale holds several words
    convert "$figure" -crop "$crop" +repage $scale -strip -quality 84 "assets/thumbnails/$id.jpg"
done
