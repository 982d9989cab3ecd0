#if defined(VFIO_SPEC_TYPES)
/* The includer has declared them. */
#elif defined(__KERNEL__)
#include <linux/types.h>
typedef __u8 vfio_spec_u8;
typedef __u16 vfio_spec_u16;
typedef __u32 vfio_spec_u32;
typedef __u64 vfio_spec_u64;
typedef __s8 vfio_spec_s8;
typedef __s16 vfio_spec_s16;
typedef __s32 vfio_spec_s32;
typedef __s64 vfio_spec_s64;
#else
#include <stdint.h>
typedef uint8_t vfio_spec_u8;
typedef uint16_t vfio_spec_u16;
typedef uint32_t vfio_spec_u32;
typedef uint64_t vfio_spec_u64;
typedef int8_t vfio_spec_s8;
typedef int16_t vfio_spec_s16;
typedef int32_t vfio_spec_s32;
typedef int64_t vfio_spec_s64;
#endif

/* Who includes this need not use all of it. */
#if defined(__GNUC__)
#define VFIO_SPEC_FN static __inline__ __attribute__((__unused__))
#define VFIO_SPEC_TABLE static const __attribute__((__unused__))
#else
#define VFIO_SPEC_FN static
#define VFIO_SPEC_TABLE static const
#endif
