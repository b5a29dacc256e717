#!/bin/sh
# Writes the folders models and interrupted beside this file, or one of them, with a binary:
#
#     make.sh HNN [NAME]
#
# Those committed were written by the binary of e5f4c9c and stay as they are, since every
# later program must read them. Run it for a NAME that is new.
set -eu
hnn=$(realpath "$1") only=${2:-}
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
none="--no-strict --no-figures --quiet"

# config makes a configuration in which files are named relative to this folder.
config() {
	name=$1
	shift
	# shellcheck disable=SC2086
	"$hnn" train "$@" $none --out "$scratch/run" --force >/dev/null
	sed "s|: $PWD/|: |" "$scratch/run/config.yaml" >"$scratch/$name.yaml"
}

model() {
	[ -z "$only" ] || [ "$only" = "$1" ] || return 0
	config "$@"
	rm -rf "models/$1"
	"$hnn" train --config "$scratch/$1.yaml" --out "models/$1" --quiet >/dev/null
	for left in models/"$1"/*; do
		case $left in */config.yaml | */model.safetensors) ;; *) rm -r "$left" ;; esac
	done
}

# interrupted leaves a run as a kill in the middle of it does.
interrupted() {
	[ -z "$only" ] || [ "$only" = "$1" ] || return 0
	config "$@"
	dir=interrupted/$1
	while :; do
		rm -rf "$dir"
		"$hnn" train --config "$scratch/$1.yaml" --out "$dir" --quiet >/dev/null &
		pid=$!
		while kill -0 $pid 2>/dev/null && ! [ -e "$dir/checkpoint.safetensors" ]; do :; done
		kill -9 $pid 2>/dev/null || true
		wait $pid || true
		[ -e "$dir/model.safetensors" ] || break
	done
	rm -f "$dir"/.[a-z]*
}

t="--trajectories 6 --points 8 --steps 12 --hidden 5,4 --test-every 6 --checkpoint-every 0"
b="$t --batch 20"
f="--steps 12 --hidden 5,4 --test-every 6 --checkpoint-every 0"
j="--loss trajectory --trajectories 5 --points 10 --steps 8 --hidden 5,4 --window 5 --test-every 4 --checkpoint-every 0"
jf="--loss trajectory --steps 8 --hidden 5,4 --window 5 --test-every 4 --checkpoint-every 0"
c="--trainer closed-form --trajectories 6 --points 10 --features 20"
cf="--trainer closed-form --model hnn --features 20"
p="--steps 8 --batch 8 --test-every 4 --checkpoint-every 0"
data=$PWD/data

# shellcheck disable=SC2086
{
	model baseline spring --model baseline $t
	model baseline-relu-angle pendulum --model baseline --activation relu --angle q $t
	model baseline-second-order spring --model baseline-second-order $t
	model hnn spring --trainer adam $t
	model hnn-float64 spring --trainer adam --precision float64 --activation sin $t
	model hnn-angle pendulum --trainer adam --angle q --noise 0 $t
	model hnn-options spring --trainer adam $t --batch 20 --sampling epoch --schedule cosine --schedule-floor 0.1 --l2 0 --weight-decay 0.01 --clip-norm 1 --patience 3 --test-first --activation gelu
	model hnn-step spring --trainer adam $t --schedule step --schedule-every 5 --schedule-factor 0.5 --whole-trials --test-fraction 0.4 --smooth yes --derivatives central --activation softplus
	model separable spring --model hnn-separable $t
	model quadratic henon-heiles --trainer adam --structure separable,quadratic-kinetic $b
	model pairwise two-body --model hnn-pairwise --weighted --precision float64 $b
	model pairwise-masses three-body --model hnn-pairwise --mass 1,2,1 $b
	model pairwise-file --data $data/bodies.csv --model hnn-pairwise --mass 1,2 $f
	model pairwise-linear two-body --trainer adam --structure pairwise --dissipation linear $b
	model dissipative spring --model hnn-dissipative $t
	model dissipative-linear spring --trainer adam --dissipation linear $t
	model dissipative-convex spring --trainer adam --dissipation convex $t
	model dissipative-separable spring --trainer adam --structure separable --dissipation learned $t
	model dissipative-file --data $data/friction.csv --trainer adam --model hnn --dissipation linear --angle theta $f
	model helmholtz spring --model hnn-helmholtz $t
	model noncanonical henon-heiles --trainer adam --skew levi-civita $b
	model noncanonical-file --data $data/charge.csv --model hnn-noncanonical --skew "0,0,1,0;0,0,0,1;-1,0,0,1;0,-1,-1,0" $f
	model polish spring --trainer adam --polish $t
	model ensemble spring --trainer adam --ensemble 2 $t
	model lbfgs spring --trainer adam $t --lbfgs-steps 4 --precision float64 --activation silu
	model positions --data $data/positions.csv --trainer adam --model hnn $f
	model noisy --data $data/noisy.csv --trainer adam --model hnn --smooth yes --derivatives local-polynomial --derivative-window 7 $f
	model raw --data $data/derivatives.csv --trainer adam --model hnn --no-scaling $f
	model real real-pendulum --data $data/schmidt-lipson.txt --trainer adam --model hnn $f
	model trajectory-midpoint spring $j
	model trajectory-rk4 spring $j --integrator rk4 --model baseline --substeps 2 --continuity 0.5 --window-stride 2
	model trajectory-leapfrog spring $j --integrator leapfrog --structure separable --fit-states=false --linear-prior 0
	model trajectory-file --data $data/friction.csv --model hnn --dissipation linear $jf
	model driven --data $data/push.csv --trainer adam --model hnn $f
	model driven-constant --data $data/push.csv --trainer adam --model hnn --input-gain constant --dissipation learned $f
	model driven-baseline --data $data/push.csv --model baseline $f
	model driven-second-order --data $data/push.csv --model baseline-second-order --angle theta $f
	model driven-trajectory --data $data/jump.csv --model hnn --input-hold zoh --structure separable $jf
	model closed-form spring $c
	model closed-form-known two-body $c --known
	model closed-form-three three-body $c
	model closed-form-double double-pendulum $c --structure quadratic-kinetic --angle q1,q2 --symmetry time-reversal
	model closed-form-separable henon-heiles $c --structure separable --solver qr --scale 1 --ridge 1e-9
	model closed-form-quadratic henon-heiles $c --structure separable,quadratic-kinetic
	model closed-form-rotation two-body $c --symmetry rotation
	model closed-form-file --data $data/friction.csv $cf --dissipation linear
	model closed-form-array --data $data/x.npz $cf
	model closed-form-inputs --data $data/push.csv $cf --dissipation linear --angle theta
	model closed-form-constant --data $data/jump.csv $cf --input-gain constant --input-hold zoh
	model pixels pixel-pendulum --trajectories 5 --points 8 --encoder 1 --hidden 3 $p
	model films-baseline --frames $data/films.npz --encoder 5,5 --hidden 4 --model baseline --latent-integrator euler $p
	model films-separable --frames $data/films.npz --encoder 5,5 --hidden 4 --structure separable --latent-steps 2 --no-subtract-mean --precision float64 $p
	model films-linear --frames $data/films.npz --encoder 5,5 --hidden 4 --dissipation linear --stack 3 --recipe paper $p

	every="--steps 400 --test-every 100 --checkpoint-every 100"
	interrupted adam spring --trainer adam $t $every --batch 10
	interrupted adam-epoch --data $data/friction.csv --model hnn-dissipative --angle theta $f $every --batch 10 --sampling epoch --patience 50 --precision float64
	interrupted ensemble spring --trainer adam $t $every --ensemble 2
	interrupted trajectory spring $j $every --steps 100 --checkpoint-every 25 --batch 3
	interrupted trajectory-driven --data $data/jump.csv --model hnn --dissipation linear --input-hold zoh $jf $every --steps 60 --checkpoint-every 20
	interrupted lbfgs spring --trainer adam $t --steps 0 --noise 0 --lbfgs-steps 60 --precision float64 --checkpoint-every 10
	interrupted lbfgs-trajectory spring $j --steps 4 --lbfgs-steps 30 --precision float64 --checkpoint-every 10
	interrupted pixels --frames $data/films.npz --encoder 5,5 --hidden 4 $p $every --steps 100 --checkpoint-every 25
}
