"""Where the names of modules that moved are now; they can be imported by their former names, with a warning."""

FORMER_MODULES = {
    f"tfaip.pipeline.{former}": f"tfaip.pipeline.{now}"
    for former, now in {
        "array_spec": "data.array_spec",
        "batch": "batching.batch",
        "batch_iterator": "running.batch_iterator",
        "batching.budget": "generators.budgeted_lists",
        "counters": "engine.counters",
        "data_base": "data.data_base",
        "data_base_params": "data.data_base_params",
        "data_generator": "data.generator",
        "data_generator_params": "data.generator",
        "data_pipeline": "running.data_pipeline",
        "data_pipeline_params": "data.pipeline_params",
        "data_processor": "data.processor",
        "data_processor_params": "data.processor",
        "description": "running.description",
        "mode": "data.pipeline_params",
        "preload": "running.preload",
        "process_count": "running.process_count",
        "processor_pipeline_params": "data.data_base_params",
        "randomness": "data.sample",
        "resources": "data.resources",
        "sample": "data.sample",
        "sample_iterator": "running.sample_iterator",
        "single_samples": "running.single_samples",
    }.items()
}
