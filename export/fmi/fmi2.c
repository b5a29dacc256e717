/* The functions of FMI 2.0 over the model. */
#include "fmi2Functions.h"
#include "unit.h"

typedef struct {
	unit_values values;
	fmi2CallbackLogger log;
	fmi2ComponentEnvironment environment;
	char name[64];
} unit;

static fmi2Status fail(unit *u, const char *message)
{
	if (u->log) u->log(u->environment, u->name, fmi2Error, "logStatusError", "%s", message);
	return fmi2Error;
}

/* What FMI 3.0 calls otherwise. */
#define fmi2Instance fmi2Component
#define fmi2Float64 fmi2Real
#define fmi2FMUState fmi2FMUstate
#define fmi2GetFMUState fmi2GetFMUstate
#define fmi2SetFMUState fmi2SetFMUstate
#define fmi2FreeFMUState fmi2FreeFMUstate
#define fmi2SerializedFMUStateSize fmi2SerializedFMUstateSize
#define fmi2SerializeFMUState fmi2SerializeFMUstate
#define fmi2DeserializeFMUState fmi2DeSerializeFMUstate
#define fmi2GetContinuousStateDerivatives fmi2GetDerivatives
#define FMI(name) fmi2##name
#include "fmi.h"

const char *fmi2GetTypesPlatform(void) { return fmi2TypesPlatform; }
const char *fmi2GetVersion(void) { return fmi2Version; }

fmi2Component fmi2Instantiate(fmi2String name, fmi2Type type, fmi2String token, fmi2String path, const fmi2CallbackFunctions *f, fmi2Boolean visible, fmi2Boolean logging)
{
	unit *u = strcmp(token, HNN_TOKEN) ? NULL : calloc(1, sizeof *u);
	(void)type; (void)path; (void)visible; (void)logging;
	if (!u) {
		if (f && f->logger) f->logger(f->componentEnvironment, name, fmi2Error, "logStatusError", "the GUID is another model's, or there is no memory");
		return NULL;
	}
	unit_reset(&u->values);
	if (f) {
		u->log = f->logger;
		u->environment = f->componentEnvironment;
	}
	strncpy(u->name, name, sizeof u->name - 1);
	return u;
}

fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean given, fmi2Real tolerance, fmi2Real start, fmi2Boolean stops, fmi2Real stop)
{
	(void)given; (void)tolerance; (void)stops; (void)stop;
	((unit *)c)->values.t = start;
	return fmi2OK;
}

fmi2Status fmi2EnterInitializationMode(fmi2Component c) { (void)c; return fmi2OK; }

fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference refs[], size_t n, fmi2Real values[])
{
	for (size_t k = 0; k < n; k++)
		if (!unit_get(&((unit *)c)->values, refs[k], &values[k])) return fail(c, "a reference to no value");
	return fmi2OK;
}

fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference refs[], size_t n, const fmi2Real values[])
{
	for (size_t k = 0; k < n; k++)
		if (!unit_set(&((unit *)c)->values, refs[k], values[k])) return fail(c, "a value that cannot be set, or not to this");
	return fmi2OK;
}

/* There are no values of other types. */
#define NONE(type) \
	fmi2Status fmi2Get##type(fmi2Component c, const fmi2ValueReference refs[], size_t n, fmi2##type values[]) \
	{ \
		(void)refs; (void)values; \
		return n ? fail(c, "all values are Real") : fmi2OK; \
	} \
	fmi2Status fmi2Set##type(fmi2Component c, const fmi2ValueReference refs[], size_t n, const fmi2##type values[]) \
	{ \
		(void)refs; (void)values; \
		return n ? fail(c, "all values are Real") : fmi2OK; \
	}
NONE(Integer)
NONE(Boolean)
NONE(String)

fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference unknowns[], size_t n, const fmi2ValueReference knowns[], size_t m, const fmi2Real seed[], fmi2Real out[])
{
	if (!unit_derivative(&((unit *)c)->values, unknowns, n, knowns, m, seed, out)) return fail(c, "there is no such directional derivative");
	return fmi2OK;
}

fmi2Status fmi2NewDiscreteStates(fmi2Component c, fmi2EventInfo *e)
{
	(void)c;
	memset(e, 0, sizeof *e);
	return fmi2OK;
}

fmi2Status fmi2SetRealInputDerivatives(fmi2Component c, const fmi2ValueReference refs[], size_t n, const fmi2Integer orders[], const fmi2Real values[])
{
	for (size_t k = 0; k < n; k++) {
		if (orders[k] != 1 || refs[k] < UNIT_U || refs[k] >= UNIT_OUT) return fail(c, "only first derivatives of inputs are known");
		((unit *)c)->values.du[refs[k] - UNIT_U] = values[k];
	}
	return fmi2OK;
}

fmi2Status fmi2GetRealOutputDerivatives(fmi2Component c, const fmi2ValueReference refs[], size_t n, const fmi2Integer orders[], fmi2Real values[])
{
	(void)refs; (void)n; (void)orders; (void)values;
	return fail(c, "there are no derivatives of outputs");
}

fmi2Status fmi2DoStep(fmi2Component c, fmi2Real t, fmi2Real h, fmi2Boolean no)
{
	unit *u = c;
	(void)no;
	u->values.t = t;
	if (!unit_advance(&u->values, h)) return fail(u, "a state is not finite, or the step is far too short");
	return fmi2OK;
}

fmi2Status fmi2CancelStep(fmi2Component c) { return fail(c, "steps end before they can be cancelled"); }

fmi2Status fmi2GetStatus(fmi2Component c, const fmi2StatusKind s, fmi2Status *v)
{
	(void)c; (void)s; (void)v;
	return fmi2Discard;
}

fmi2Status fmi2GetRealStatus(fmi2Component c, const fmi2StatusKind s, fmi2Real *v)
{
	if (s != fmi2LastSuccessfulTime) return fmi2Discard;
	*v = ((unit *)c)->values.t;
	return fmi2OK;
}

fmi2Status fmi2GetIntegerStatus(fmi2Component c, const fmi2StatusKind s, fmi2Integer *v)
{
	(void)c; (void)s; (void)v;
	return fmi2Discard;
}

fmi2Status fmi2GetBooleanStatus(fmi2Component c, const fmi2StatusKind s, fmi2Boolean *v)
{
	(void)c; (void)s; (void)v;
	return fmi2Discard;
}

fmi2Status fmi2GetStringStatus(fmi2Component c, const fmi2StatusKind s, fmi2String *v)
{
	(void)c; (void)s; (void)v;
	return fmi2Discard;
}
