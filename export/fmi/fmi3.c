/* The functions of FMI 3.0 over the model. */
#include "fmi3Functions.h"
#include "unit.h"

typedef struct {
	unit_values values;
	fmi3InstanceEnvironment environment;
	fmi3LogMessageCallback log;
} unit;

static fmi3Status fail(unit *u, const char *message)
{
	if (u->log) u->log(u->environment, fmi3Error, "logStatusError", message);
	return fmi3Error;
}

#define FMI(name) fmi3##name
#include "fmi.h"

static unit *make(fmi3String token, fmi3InstanceEnvironment environment, fmi3LogMessageCallback log)
{
	unit *u = strcmp(token, HNN_TOKEN) ? NULL : calloc(1, sizeof *u);
	if (!u) {
		if (log) log(environment, fmi3Error, "logStatusError", "the instantiation token is another model's, or there is no memory");
		return NULL;
	}
	unit_reset(&u->values);
	u->environment = environment;
	u->log = log;
	return u;
}

const char *fmi3GetVersion(void) { return fmi3Version; }

fmi3Instance fmi3InstantiateModelExchange(fmi3String name, fmi3String token, fmi3String path, fmi3Boolean visible, fmi3Boolean logging, fmi3InstanceEnvironment environment, fmi3LogMessageCallback log)
{
	(void)name; (void)path; (void)visible; (void)logging;
	return make(token, environment, log);
}

fmi3Instance fmi3InstantiateCoSimulation(fmi3String name, fmi3String token, fmi3String path, fmi3Boolean visible, fmi3Boolean logging, fmi3Boolean events, fmi3Boolean early, const fmi3ValueReference required[], size_t n, fmi3InstanceEnvironment environment, fmi3LogMessageCallback log, fmi3IntermediateUpdateCallback update)
{
	(void)name; (void)path; (void)visible; (void)logging; (void)events; (void)early; (void)required; (void)n; (void)update;
	return make(token, environment, log);
}

fmi3Instance fmi3InstantiateScheduledExecution(fmi3String name, fmi3String token, fmi3String path, fmi3Boolean visible, fmi3Boolean logging, fmi3InstanceEnvironment environment, fmi3LogMessageCallback log, fmi3ClockUpdateCallback update, fmi3LockPreemptionCallback lock, fmi3UnlockPreemptionCallback unlock)
{
	(void)name; (void)token; (void)path; (void)visible; (void)logging; (void)update; (void)lock; (void)unlock;
	if (log) log(environment, fmi3Error, "logStatusError", "there is no scheduled execution of this model");
	return NULL;
}

fmi3Status fmi3EnterInitializationMode(fmi3Instance i, fmi3Boolean given, fmi3Float64 tolerance, fmi3Float64 start, fmi3Boolean stops, fmi3Float64 stop)
{
	(void)given; (void)tolerance; (void)stops; (void)stop;
	((unit *)i)->values.t = start;
	return fmi3OK;
}

fmi3Status fmi3GetFloat64(fmi3Instance i, const fmi3ValueReference refs[], size_t n, fmi3Float64 values[], size_t m)
{
	if (n != m) return fail(i, "as many values as references are wanted");
	for (size_t k = 0; k < n; k++)
		if (!unit_get(&((unit *)i)->values, refs[k], &values[k])) return fail(i, "a reference to no value");
	return fmi3OK;
}

fmi3Status fmi3SetFloat64(fmi3Instance i, const fmi3ValueReference refs[], size_t n, const fmi3Float64 values[], size_t m)
{
	if (n != m) return fail(i, "as many values as references are wanted");
	for (size_t k = 0; k < n; k++)
		if (!unit_set(&((unit *)i)->values, refs[k], values[k])) return fail(i, "a value that cannot be set, or not to this");
	return fmi3OK;
}

/* There are no values of other types. */
#define NONE(type) \
	fmi3Status fmi3Get##type(fmi3Instance i, const fmi3ValueReference refs[], size_t n, fmi3##type values[], size_t m) \
	{ \
		(void)refs; (void)values; (void)m; \
		return n ? fail(i, "all values are Float64") : fmi3OK; \
	} \
	fmi3Status fmi3Set##type(fmi3Instance i, const fmi3ValueReference refs[], size_t n, const fmi3##type values[], size_t m) \
	{ \
		(void)refs; (void)values; (void)m; \
		return n ? fail(i, "all values are Float64") : fmi3OK; \
	}
NONE(Float32)
NONE(Int8)
NONE(UInt8)
NONE(Int16)
NONE(UInt16)
NONE(Int32)
NONE(UInt32)
NONE(Int64)
NONE(UInt64)
NONE(Boolean)
NONE(String)

fmi3Status fmi3GetBinary(fmi3Instance i, const fmi3ValueReference r[], size_t n, size_t s[], fmi3Binary v[], size_t m)
{
	(void)r; (void)s; (void)v; (void)m;
	return n ? fail(i, "all values are Float64") : fmi3OK;
}

fmi3Status fmi3SetBinary(fmi3Instance i, const fmi3ValueReference r[], size_t n, const size_t s[], const fmi3Binary v[], size_t m)
{
	(void)r; (void)s; (void)v; (void)m;
	return n ? fail(i, "all values are Float64") : fmi3OK;
}

fmi3Status fmi3GetClock(fmi3Instance i, const fmi3ValueReference r[], size_t n, fmi3Clock v[])
{
	(void)r; (void)v;
	return n ? fail(i, "there are no clocks") : fmi3OK;
}

fmi3Status fmi3SetClock(fmi3Instance i, const fmi3ValueReference r[], size_t n, const fmi3Clock v[])
{
	(void)r; (void)v;
	return n ? fail(i, "there are no clocks") : fmi3OK;
}

fmi3Status fmi3GetNumberOfVariableDependencies(fmi3Instance i, fmi3ValueReference r, size_t *n)
{
	(void)r;
	*n = 0;
	return fail(i, "dependencies are not told");
}

fmi3Status fmi3GetVariableDependencies(fmi3Instance i, fmi3ValueReference d, size_t e[], fmi3ValueReference r[], size_t f[], fmi3DependencyKind k[], size_t n)
{
	(void)d; (void)e; (void)r; (void)f; (void)k; (void)n;
	return fail(i, "dependencies are not told");
}

fmi3Status fmi3GetDirectionalDerivative(fmi3Instance i, const fmi3ValueReference unknowns[], size_t n, const fmi3ValueReference knowns[], size_t m, const fmi3Float64 seed[], size_t seeds, fmi3Float64 out[], size_t outs)
{
	if (seeds != m || outs != n || !unit_derivative(&((unit *)i)->values, unknowns, n, knowns, m, seed, out)) return fail(i, "there is no such directional derivative");
	return fmi3OK;
}

fmi3Status fmi3GetAdjointDerivative(fmi3Instance i, const fmi3ValueReference unknowns[], size_t n, const fmi3ValueReference knowns[], size_t m, const fmi3Float64 seed[], size_t seeds, fmi3Float64 out[], size_t outs)
{
	(void)unknowns; (void)n; (void)knowns; (void)m; (void)seed; (void)seeds; (void)out; (void)outs;
	return fail(i, "there are no adjoint derivatives");
}

fmi3Status fmi3EnterConfigurationMode(fmi3Instance i) { return fail(i, "there is nothing to configure"); }
fmi3Status fmi3ExitConfigurationMode(fmi3Instance i) { return fail(i, "there is nothing to configure"); }

fmi3Status fmi3GetIntervalDecimal(fmi3Instance i, const fmi3ValueReference r[], size_t n, fmi3Float64 v[], fmi3IntervalQualifier q[])
{
	(void)r; (void)n; (void)v; (void)q;
	return fail(i, "there are no clocks");
}

fmi3Status fmi3GetIntervalFraction(fmi3Instance i, const fmi3ValueReference r[], size_t n, fmi3UInt64 c[], fmi3UInt64 v[], fmi3IntervalQualifier q[])
{
	(void)r; (void)n; (void)c; (void)v; (void)q;
	return fail(i, "there are no clocks");
}

fmi3Status fmi3GetShiftDecimal(fmi3Instance i, const fmi3ValueReference r[], size_t n, fmi3Float64 v[])
{
	(void)r; (void)n; (void)v;
	return fail(i, "there are no clocks");
}

fmi3Status fmi3GetShiftFraction(fmi3Instance i, const fmi3ValueReference r[], size_t n, fmi3UInt64 c[], fmi3UInt64 v[])
{
	(void)r; (void)n; (void)c; (void)v;
	return fail(i, "there are no clocks");
}

fmi3Status fmi3SetIntervalDecimal(fmi3Instance i, const fmi3ValueReference r[], size_t n, const fmi3Float64 v[])
{
	(void)r; (void)n; (void)v;
	return fail(i, "there are no clocks");
}

fmi3Status fmi3SetIntervalFraction(fmi3Instance i, const fmi3ValueReference r[], size_t n, const fmi3UInt64 c[], const fmi3UInt64 v[])
{
	(void)r; (void)n; (void)c; (void)v;
	return fail(i, "there are no clocks");
}

fmi3Status fmi3SetShiftDecimal(fmi3Instance i, const fmi3ValueReference r[], size_t n, const fmi3Float64 v[])
{
	(void)r; (void)n; (void)v;
	return fail(i, "there are no clocks");
}

fmi3Status fmi3SetShiftFraction(fmi3Instance i, const fmi3ValueReference r[], size_t n, const fmi3UInt64 c[], const fmi3UInt64 v[])
{
	(void)r; (void)n; (void)c; (void)v;
	return fail(i, "there are no clocks");
}

fmi3Status fmi3EvaluateDiscreteStates(fmi3Instance i) { (void)i; return fmi3OK; }

fmi3Status fmi3UpdateDiscreteStates(fmi3Instance i, fmi3Boolean *update, fmi3Boolean *terminate, fmi3Boolean *nominals, fmi3Boolean *values, fmi3Boolean *defined, fmi3Float64 *next)
{
	(void)i; (void)next;
	*update = *terminate = *nominals = *values = *defined = fmi3False;
	return fmi3OK;
}

fmi3Status fmi3GetNumberOfEventIndicators(fmi3Instance i, size_t *n)
{
	(void)i;
	*n = 0;
	return fmi3OK;
}

fmi3Status fmi3GetNumberOfContinuousStates(fmi3Instance i, size_t *n)
{
	(void)i;
	*n = HNN_STATES;
	return fmi3OK;
}

fmi3Status fmi3EnterStepMode(fmi3Instance i) { (void)i; return fmi3OK; }

fmi3Status fmi3GetOutputDerivatives(fmi3Instance i, const fmi3ValueReference r[], size_t n, const fmi3Int32 o[], fmi3Float64 v[], size_t m)
{
	(void)r; (void)n; (void)o; (void)v; (void)m;
	return fail(i, "there are no derivatives of outputs");
}

fmi3Status fmi3DoStep(fmi3Instance i, fmi3Float64 t, fmi3Float64 h, fmi3Boolean no, fmi3Boolean *event, fmi3Boolean *terminate, fmi3Boolean *early, fmi3Float64 *last)
{
	unit *u = i;
	(void)no;
	*event = *terminate = *early = fmi3False;
	u->values.t = t;
	if (!unit_advance(&u->values, h)) return fail(i, "a state is not finite, or the step is far too short");
	*last = u->values.t;
	return fmi3OK;
}

fmi3Status fmi3ActivateModelPartition(fmi3Instance i, fmi3ValueReference c, fmi3Float64 t)
{
	(void)c; (void)t;
	return fail(i, "there is no scheduled execution of this model");
}
