/*
 * Compares with <linux/vfio.h> when it is compiled: states, which are no macros there, and structures. What comes
 * before this file has the includes, COMPARE and numbers().
 */
#define SIZE(linux, ours) COMPARE(sizeof(struct linux) == sizeof(struct ours))
#define OFFSET(linux, ours, field) COMPARE(offsetof(struct linux, field) == offsetof(struct ours, field))

static unsigned long states(void)
{
	unsigned long compared = 0;

#ifdef VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE
	COMPARE(VFIO_DEVICE_STATE_ERROR == 0 && VFIO_V2_DEVICE_STATE_ERROR == 0);
	COMPARE(VFIO_DEVICE_STATE_STOP == VFIO_V2_DEVICE_STATE_STOP);
	COMPARE(VFIO_DEVICE_STATE_RUNNING == VFIO_V2_DEVICE_STATE_RUNNING);
	COMPARE(VFIO_DEVICE_STATE_STOP_COPY == VFIO_V2_DEVICE_STATE_STOP_COPY);
	COMPARE(VFIO_DEVICE_STATE_RESUMING == VFIO_V2_DEVICE_STATE_RESUMING);
	COMPARE(VFIO_DEVICE_STATE_RUNNING_P2P == VFIO_V2_DEVICE_STATE_RUNNING_P2P);
#endif
#ifdef VFIO_MIGRATION_PRE_COPY
	COMPARE(VFIO_DEVICE_STATE_PRE_COPY == VFIO_V2_DEVICE_STATE_PRE_COPY);
	COMPARE(VFIO_DEVICE_STATE_PRE_COPY_P2P == VFIO_V2_DEVICE_STATE_PRE_COPY_P2P);
#endif
	return compared;
}

static unsigned long layouts(void)
{
	unsigned long compared = 0;

#ifdef VFIO_DEVICE_FEATURE
	SIZE(vfio_device_feature, vfio_v2_device_feature);
	OFFSET(vfio_device_feature, vfio_v2_device_feature, argsz);
	OFFSET(vfio_device_feature, vfio_v2_device_feature, flags);
#endif
#ifdef VFIO_DEVICE_FEATURE_MIGRATION
	SIZE(vfio_device_feature_migration, vfio_v2_device_feature_migration);
#endif
#ifdef VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE
	SIZE(vfio_device_feature_mig_state, vfio_v2_device_feature_mig_state);
	OFFSET(vfio_device_feature_mig_state, vfio_v2_device_feature_mig_state, data_fd);
#endif
#ifdef VFIO_DEVICE_FEATURE_MIG_DATA_SIZE
	SIZE(vfio_device_feature_mig_data_size, vfio_v2_device_feature_mig_data_size);
#endif
#ifdef VFIO_DEVICE_FEATURE_DMA_LOGGING_START
	SIZE(vfio_device_feature_dma_logging_control, vfio_v2_device_feature_dma_logging_control);
	OFFSET(vfio_device_feature_dma_logging_control, vfio_v2_device_feature_dma_logging_control, num_ranges);
	OFFSET(vfio_device_feature_dma_logging_control, vfio_v2_device_feature_dma_logging_control, __reserved);
	OFFSET(vfio_device_feature_dma_logging_control, vfio_v2_device_feature_dma_logging_control, ranges);
	SIZE(vfio_device_feature_dma_logging_range, vfio_v2_device_feature_dma_logging_range);
	OFFSET(vfio_device_feature_dma_logging_range, vfio_v2_device_feature_dma_logging_range, length);
#endif
#ifdef VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT
	SIZE(vfio_device_feature_dma_logging_report, vfio_v2_device_feature_dma_logging_report);
	OFFSET(vfio_device_feature_dma_logging_report, vfio_v2_device_feature_dma_logging_report, length);
	OFFSET(vfio_device_feature_dma_logging_report, vfio_v2_device_feature_dma_logging_report, page_size);
	OFFSET(vfio_device_feature_dma_logging_report, vfio_v2_device_feature_dma_logging_report, bitmap);
#endif
#ifdef VFIO_MIG_GET_PRECOPY_INFO
	SIZE(vfio_precopy_info, vfio_v2_precopy_info);
	OFFSET(vfio_precopy_info, vfio_v2_precopy_info, flags);
	OFFSET(vfio_precopy_info, vfio_v2_precopy_info, initial_bytes);
	OFFSET(vfio_precopy_info, vfio_v2_precopy_info, dirty_bytes);
#endif
#ifdef VFIO_DEVICE_STATE_V1_RUNNING
	SIZE(vfio_device_migration_info, vfio_v1_device_migration_info);
	OFFSET(vfio_device_migration_info, vfio_v1_device_migration_info, pending_bytes);
	OFFSET(vfio_device_migration_info, vfio_v1_device_migration_info, data_offset);
	OFFSET(vfio_device_migration_info, vfio_v1_device_migration_info, data_size);
#endif
	return compared;
}

int main(void)
{
	unsigned long compared = 0;

	/* The request numbers, whatever the header of this machine has. */
	COMPARE(VFIO_V2_DEVICE_FEATURE == 0x3b75);
	COMPARE(VFIO_V2_MIG_GET_PRECOPY_INFO == 0x3b79);
	printf("compared %lu\n", compared + numbers() + states() + layouts());
	return 0;
}
