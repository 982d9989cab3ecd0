/* Prints the answer to every write, for every set of two capabilities. */
#include <stdio.h>

#include "spec.h"

static const vfio_spec_u32 values[] = { VALUES };

#define COUNT (sizeof(values) / sizeof(values[0]))

static void write_one(unsigned int flags, vfio_spec_u32 old, vfio_spec_u32 wanted)
{
	vfio_spec_u32 actions = 0xdeadU;
	int error = WRITE(flags, old, wanted, &actions);

	printf("%u %lu %lu: ", flags, (unsigned long)old, (unsigned long)wanted);
	if (error == 0)
		printf("%lu\n", (unsigned long)actions);
	else
		printf(actions == 0xdeadU ? "%d\n" : "%d, but it wrote an answer\n", error);
}

int main(void)
{
	unsigned int flags;
	unsigned long old;
	unsigned long wanted;

	for (flags = 0; flags < 4; flags++)
		for (old = 0; old < COUNT; old++)
			for (wanted = 0; wanted < COUNT; wanted++)
				write_one(flags, values[old], values[wanted]);
	return 0;
}
