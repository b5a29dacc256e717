/* The functions that are the same in FMI 2.0 and 3.0, by the names of 3.0: FMI(name) is a name of either. */

FMI(Status) FMI(SetDebugLogging)(FMI(Instance) i, FMI(Boolean) on, size_t n, const FMI(String) c[])
{
	(void)i; (void)on; (void)n; (void)c;
	return FMI(OK);
}

void FMI(FreeInstance)(FMI(Instance) i) { free(i); }

FMI(Status) FMI(ExitInitializationMode)(FMI(Instance) i)
{
	((unit *)i)->values.started = 1;
	return FMI(OK);
}

FMI(Status) FMI(EnterEventMode)(FMI(Instance) i) { (void)i; return FMI(OK); }
FMI(Status) FMI(Terminate)(FMI(Instance) i) { (void)i; return FMI(OK); }

FMI(Status) FMI(Reset)(FMI(Instance) i)
{
	unit_reset(&((unit *)i)->values);
	return FMI(OK);
}

FMI(Status) FMI(GetFMUState)(FMI(Instance) i, FMI(FMUState) *s)
{
	if (!*s) *s = malloc(sizeof(unit_values));
	if (!*s) return fail(i, "there is no memory");
	memcpy(*s, &((unit *)i)->values, sizeof(unit_values));
	return FMI(OK);
}

FMI(Status) FMI(SetFMUState)(FMI(Instance) i, FMI(FMUState) s)
{
	memcpy(&((unit *)i)->values, s, sizeof(unit_values));
	return FMI(OK);
}

FMI(Status) FMI(FreeFMUState)(FMI(Instance) i, FMI(FMUState) *s)
{
	(void)i;
	if (s) {
		free(*s);
		*s = NULL;
	}
	return FMI(OK);
}

FMI(Status) FMI(SerializedFMUStateSize)(FMI(Instance) i, FMI(FMUState) s, size_t *size)
{
	(void)i; (void)s;
	*size = sizeof(unit_values);
	return FMI(OK);
}

FMI(Status) FMI(SerializeFMUState)(FMI(Instance) i, FMI(FMUState) s, FMI(Byte) bytes[], size_t size)
{
	if (size != sizeof(unit_values)) return fail(i, "a serialized state has another size");
	memcpy(bytes, s, size);
	return FMI(OK);
}

FMI(Status) FMI(DeserializeFMUState)(FMI(Instance) i, const FMI(Byte) bytes[], size_t size, FMI(FMUState) *s)
{
	if (size != sizeof(unit_values)) return fail(i, "a serialized state has another size");
	if (!*s) *s = malloc(size);
	if (!*s) return fail(i, "there is no memory");
	memcpy(*s, bytes, size);
	return FMI(OK);
}

FMI(Status) FMI(EnterContinuousTimeMode)(FMI(Instance) i) { (void)i; return FMI(OK); }

FMI(Status) FMI(CompletedIntegratorStep)(FMI(Instance) i, FMI(Boolean) no, FMI(Boolean) *event, FMI(Boolean) *terminate)
{
	(void)i; (void)no;
	*event = *terminate = FMI(False);
	return FMI(OK);
}

FMI(Status) FMI(SetTime)(FMI(Instance) i, FMI(Float64) t)
{
	((unit *)i)->values.t = t;
	return FMI(OK);
}

FMI(Status) FMI(SetContinuousStates)(FMI(Instance) i, const FMI(Float64) x[], size_t n)
{
	if (n != HNN_STATES) return fail(i, "another number of states");
	memcpy(((unit *)i)->values.x, x, n * sizeof *x);
	return FMI(OK);
}

FMI(Status) FMI(GetContinuousStateDerivatives)(FMI(Instance) i, FMI(Float64) dx[], size_t n)
{
	if (n != HNN_STATES) return fail(i, "another number of states");
	hnn_field(UNIT_NOW(&((unit *)i)->values) ((unit *)i)->values.x, ((unit *)i)->values.u, dx);
	return FMI(OK);
}

FMI(Status) FMI(GetEventIndicators)(FMI(Instance) i, FMI(Float64) v[], size_t n)
{
	(void)v;
	return n ? fail(i, "there are no events") : FMI(OK);
}

FMI(Status) FMI(GetContinuousStates)(FMI(Instance) i, FMI(Float64) x[], size_t n)
{
	if (n != HNN_STATES) return fail(i, "another number of states");
	memcpy(x, ((unit *)i)->values.x, n * sizeof *x);
	return FMI(OK);
}

FMI(Status) FMI(GetNominalsOfContinuousStates)(FMI(Instance) i, FMI(Float64) v[], size_t n)
{
	(void)i;
	for (size_t k = 0; k < n; k++) v[k] = 1;
	return FMI(OK);
}
