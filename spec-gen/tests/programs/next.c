/* Prints the answer to every request, for every set of flags, with the path that repeated questions give. */
#include <stdio.h>

#include "spec.h"

static const vfio_spec_u32 values[] = { VALUES };

#define COUNT (sizeof(values) / sizeof(values[0]))

/* Every step is one that a driver implements. */
static int is_arc(vfio_spec_u32 from, vfio_spec_u32 to)
{
	unsigned int i;

	for (i = 0; i < sizeof(ARCS) / sizeof(ARCS[0]); i++)
		if (ARCS[i].from == from && ARCS[i].to == to)
			return 1;
	return 0;
}

static void request(unsigned int flags, vfio_spec_u32 from, vfio_spec_u32 wanted)
{
	vfio_spec_u32 next = 0xdeadU;
	int error = NEXT(flags, from, wanted, &next);

	printf("%u %lu %lu: ", flags, (unsigned long)from, (unsigned long)wanted);
	if (error != 0) {
		/* A refusal leaves the answer alone. */
		printf(next == 0xdeadU ? "%d\n" : "%d, but it wrote an answer\n", error);
		return;
	}
	printf("%lu %lu", (unsigned long)next, (unsigned long)from);
	while (from != wanted && NEXT(flags, from, wanted, &next) == 0) {
		printf(is_arc(from, next) ? ">%lu" : ", no arc to %lu", (unsigned long)next);
		from = next;
	}
	printf("\n");
}

int main(void)
{
	unsigned int flags;
	unsigned long from;
	unsigned long wanted;

	for (flags = 0; flags < 16; flags++)
		for (from = 0; from < COUNT; from++)
			for (wanted = 0; wanted < COUNT; wanted++)
				request(flags, values[from], values[wanted]);
	return 0;
}
