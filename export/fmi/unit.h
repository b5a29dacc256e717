/* What FMI 2.0 and 3.0 share: a unit's numbers, and what is computed of them. The references of values are the time, the
   states, their derivatives, the inputs, the outputs energy and power where the model has an energy, the initial states, the
   step of co-simulation and the inputs' rates in it, in this order. */
#ifndef HNN_UNIT_H
#define HNN_UNIT_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* The time, for models whose field depends on it. */
#ifdef HNN_TIMED
#define UNIT_NOW(v) (v)->t,
#else
#define UNIT_NOW(v)
#endif

enum {
	UNIT_X = 1,
	UNIT_DX = UNIT_X + HNN_STATES,
	UNIT_U = UNIT_DX + HNN_STATES,
	UNIT_OUT = UNIT_U + HNN_INPUTS,
	UNIT_START = UNIT_OUT + HNN_OUTPUTS,
	UNIT_STEP = UNIT_START + HNN_STATES,
	UNIT_RATE,
	UNIT_VALUES = UNIT_RATE + HNN_INPUTS
};

typedef struct {
	double t;
	double x[HNN_STATES];
	double u[HNN_INPUTS + 1];  /* one more, since there may be none */
	double du[HNN_INPUTS + 1]; /* their rates in co-simulation */
	double start[HNN_STATES];
	double step;
	int started; /* the states have left their initial values */
} unit_values;

static void unit_reset(unit_values *v)
{
	static const double start[HNN_STATES] = HNN_START;
	memset(v, 0, sizeof *v);
	memcpy(v->start, start, sizeof start);
	memcpy(v->x, start, sizeof start);
	v->step = HNN_STEP;
}

/* The value of a reference; 0 where there is none. */
static int unit_get(const unit_values *v, unsigned ref, double *value)
{
	if (ref >= UNIT_VALUES) return 0;
	if (ref == 0) *value = v->t;
	else if (ref < UNIT_DX) *value = v->x[ref - UNIT_X];
	else if (ref < UNIT_U) {
		double dx[HNN_STATES];
		hnn_field(UNIT_NOW(v) v->x, v->u, dx);
		*value = dx[ref - UNIT_DX];
	} else if (ref < UNIT_OUT) *value = v->u[ref - UNIT_U];
	else if (ref < UNIT_START) {
#if HNN_OUTPUTS > 0
		*value = ref == UNIT_OUT ? hnn_energy(v->x) : hnn_power(UNIT_NOW(v) v->x, v->u);
#endif
	} else if (ref < UNIT_STEP) *value = v->start[ref - UNIT_START];
	else if (ref == UNIT_STEP) *value = v->step;
	else *value = v->du[ref - UNIT_RATE];
	return 1;
}

/* 0 where there is no such value to set. */
static int unit_set(unit_values *v, unsigned ref, double value)
{
	if (ref >= UNIT_VALUES || !(value - value == 0)) return 0;
	if (ref == 0) v->t = value;
	else if (ref < UNIT_DX) {
		v->x[ref - UNIT_X] = value;
		v->started = 1;
	} else if (ref >= UNIT_U && ref < UNIT_OUT) v->u[ref - UNIT_U] = value;
	else if (ref >= UNIT_START && ref < UNIT_STEP) {
		v->start[ref - UNIT_START] = value;
		if (!v->started) v->x[ref - UNIT_START] = value;
	} else if (ref == UNIT_STEP && value > 0) v->step = value;
	else if (ref >= UNIT_RATE) v->du[ref - UNIT_RATE] = value;
	else return 0;
	return 1;
}

/* Steps of equal length, none longer than the unit's step, as hnn simulate takes between two times; 0 where a state is not
   finite. Inputs go at their rates. */
static int unit_advance(unit_values *v, double h)
{
	const double from = v->t;
	const double ratio = ceil(fabs(h) / v->step * (1 - 1e-9));
	const long steps = ratio > 1 ? (long)ratio : 1;
	double before[HNN_INPUTS + 1], after[HNN_INPUTS + 1];
	hnn_state s;
	if (!(ratio < 1e9)) return 0;
	s.t = from;
	memcpy(s.x, v->x, sizeof s.x);
	for (long n = 0; n < steps; n++) {
		for (int i = 0; i < HNN_INPUTS; i++) {
			before[i] = v->u[i] + v->du[i] * (h * n / steps);
			after[i] = v->u[i] + v->du[i] * (h * (n + 1) / steps);
		}
		if (hnn_step(&s, HNN_RK4, h / steps, before, after)) return 0;
	}
	memcpy(v->x, s.x, sizeof s.x);
	for (int i = 0; i < HNN_INPUTS; i++) v->u[i] += v->du[i] * h;
	v->t = from + h;
	v->started = 1;
	return 1;
}

/* The change of a value with a change of the states and the inputs. */
static int unit_change(const unit_values *v, const double *dx, const double *du, unsigned ref, double *value)
{
	double out[HNN_STATES + HNN_OUTPUTS];
	if (ref >= UNIT_X && ref < UNIT_DX) {
		*value = dx[ref - UNIT_X];
		return 1;
	}
	hnn_tangent(UNIT_NOW(v) v->x, v->u, dx, du, out);
	if (ref >= UNIT_DX && ref < UNIT_U) *value = out[ref - UNIT_DX];
	else if (ref >= UNIT_OUT && ref < UNIT_START) *value = out[HNN_STATES + ref - UNIT_OUT];
	else return 0;
	return 1;
}

/* The directional derivative; 0 where an unknown or a known has none. */
static int unit_derivative(const unit_values *v, const unsigned *unknowns, size_t n, const unsigned *knowns, size_t m, const double *seed, double *out)
{
	double dx[HNN_STATES] = { 0 }, du[HNN_INPUTS + 1] = { 0 };
	for (size_t k = 0; k < m; k++) {
		const unsigned ref = knowns[k];
		if (ref >= UNIT_X && ref < UNIT_DX) dx[ref - UNIT_X] += seed[k];
		else if (ref >= UNIT_U && ref < UNIT_OUT) du[ref - UNIT_U] += seed[k];
		else if (ref >= UNIT_START && ref < UNIT_STEP && !v->started) dx[ref - UNIT_START] += seed[k];
		else if (ref != 0 && ref < UNIT_RATE) return 0;
	}
	for (size_t k = 0; k < n; k++)
		if (!unit_change(v, dx, du, unknowns[k], &out[k])) return 0;
	return 1;
}

#endif
