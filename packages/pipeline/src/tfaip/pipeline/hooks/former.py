"""Hooks of tfaip 1.2 that nothing calls any more, and their successors.

`docs/moving_from_tfaip_1.md` shows the same table.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FORMER_HOOKS", "HOOKS_BY_NAME", "UNMISTAKABLE"]

_TYPE_ARGUMENT = "the type argument names the parameters, `class My{0}({0}[My{0}Params])`"
_STORED_PARAMS = "`ScenarioBase.from_path` and `from_dict` read stored parameters"
_COMPLETE_PARAMS = "`ScenarioBase.complete_params` writes what only the data knows into the parameters"
_SPECS = "the specs of `_input_layer_specs`, `_target_layer_specs` and `_meta_layer_specs` are all that is needed"
_EXPORT = "a bundle holds what `ModelBase._export_graphs` returns"
_ITERATE = "iterate over what `predict` yields"
_CALLBACKS = "`Trainer.create_callbacks` returns Keras callbacks"
_RULES = "the parameters `--warmstart.rename`, `rename_targets` and `trim_graph_name`"
_MADE_BY_PARAMS = "`Trainer.train` makes data and model by their parameters"

# By the name of the base class, then by the name of the hook.
FORMER_HOOKS: Mapping[str, Mapping[str, str]] = {
    "DataBase": {
        "params_cls": _TYPE_ARGUMENT.format("DataBase"),
        "default_params": "`ScenarioBase.default_params`, or defaults of the fields",
        "print_params": "`tfaip-train SCENARIO --show` prints all parameters",
        "create_input_layers": _SPECS,
        "create_target_as_input_layers": _SPECS,
        "create_meta_as_input_layers": _SPECS,
        "dataset_input_layer_specs": _SPECS,
        "dataset_target_layer_specs": _SPECS,
        "dataset_meta_layer_specs": _SPECS,
        "input_tensor_key_for_regularization": "`--scenario.input_gradient_regularization` moves all inputs of a "
        "floating-point type",
    },
    "DataGenerator": {
        "steps_per_epoch": "`__len__` is the number of samples, or of batches where `yields_batches` is true",
    },
    "CSVGenerator": {
        "load_sample": "`load` reads a file that the table names",
        "_get_batched_entries": "`BudgetedListsGenerator` batches by a budget",
    },
    "BudgetedListsGenerator": {
        "list_types": "`sample` makes a sample of a line and its length",
        "make_sample": "`sample` makes a sample of a line and its length",
        "load_sample": "`sample` makes a sample of a line and its length",
    },
    "DataProcessor": {
        "apply_on_sample": "`MappingDataProcessor.apply`",
        "apply_on_samples": "`MappingDataProcessor.apply`, or `GeneratingDataProcessor.generate`",
    },
    "DataPipeline": {
        "auto_batch": "`DataGenerator.yields_batches`, for generators that batch themselves",
        "flat_input_processors": "`DataBaseParams.pre_proc` holds the processors",
        "_create_tf_dataset_generator": "`input_dataset_cls` returns the class of the adapter to `tf.data`",
        "input_dataset_with_len": "`input_dataset`, and `samples_per_epoch`",
        "preload_input_samples": "`as_preloaded`",
    },
    "ModelBase": {
        "params_cls": _TYPE_ARGUMENT.format("ModelBase"),
        "_target_output_metric": "`_metric` returns `MetricDefinition(target, output, metric)` by name",
        "pre_proc_targets": "`_pre_proc_targets`",
        "post_proc_targets": "`_post_proc_targets`",
        "root_graph_cls": "`create_graph` makes the graph",
        "all_custom_objects": "graphs and layers register themselves",
        "base_custom_objects": "graphs and layers register themselves",
        "add_all_losses": "`_loss` returns all losses by name",
        "add_all_metrics": "`_metric` returns all metrics by name",
        "wrap_model_with_loss_and_metric": "`_loss` and `_metric`; the trainer calls them in its own step",
    },
    "LayerBase": {
        "params_cls": _TYPE_ARGUMENT.format("LayerBase"),
    },
    "GraphBase": {
        "build_graph": "`call(self, inputs, training=None)`",
    },
    "Evaluator": {
        "params_cls": _TYPE_ARGUMENT.format("Evaluator"),
        "default_params": "`ScenarioBase.default_params`, whose field `evaluator` holds them",
    },
    "ScenarioBase": {
        "data_cls": "`cls` of the data's parameters returns the class",
        "model_cls": "`cls` of the model's parameters returns the class",
        "create_data": "`create` of the data's parameters makes the data",
        "create_model_and_graph": "`ModelBase.create_graph` makes the graph, `ScenarioBase.create_model` the model",
        "static_data_kwargs": _COMPLETE_PARAMS,
        "static_model_kwargs": _COMPLETE_PARAMS,
        "additional_model_kwargs": _COMPLETE_PARAMS,
        "additional_graph_kwargs": _COMPLETE_PARAMS,
        "additional_root_graph_kwargs": _COMPLETE_PARAMS,
        "additional_evaluator_kwargs": "`evaluator_kwargs`",
        "static_predictor_kwargs": "`predictor_kwargs`",
        "static_lav_kwargs": "`lav_kwargs`",
        "params_from_dict": _STORED_PARAMS,
        "params_from_path": _STORED_PARAMS,
        "read_params_dict_from_path": _STORED_PARAMS,
        "best_logging_settings": "`ModelBase._best_logging_settings`",
        "print_params": "`tfaip-train SCENARIO --show` prints all parameters",
        "setup_training": "`create_trainer` and `trainer_cls`",
        "setup_training_graph": "`ModelBase.create_graph`",
        "_export_resources": "a field with `resource()` is copied into each bundle",
        "net_config_cls": _EXPORT,
        "_fill_net_config": _EXPORT,
        "_wrap_data": "`DataBase.data_pipeline_cls` returns the class of the pipelines",
        "_set_no_train_scope": "the parameter `--trainer.no_train_scope`",
        "_print_all_layer": "`tfaip-train SCENARIO --summary` shows all layers",
        "check_preconditions_for_input_gradient_regularization": "`--scenario.input_gradient_regularization` looks at "
        "the inputs itself",
    },
    "Trainer": {
        "params_cls": "`ScenarioBase.default_trainer_params` returns the parameters",
        "parse_trainer_params": _STORED_PARAMS,
        "restore_trainer": "`Trainer.resume`",
        "setup_data": _MADE_BY_PARAMS,
        "setup_model": _MADE_BY_PARAMS,
        "setup_callbacks": _CALLBACKS,
        "create_train_params_logger_callback": _CALLBACKS,
        "setup_steps_per_epoch": "the parameter `--trainer.samples_per_epoch`",
        "fit": "`Trainer.train`",
        "_compute_ema_decay": "the parameter `--trainer.ema_decay`",
        "_create_optimizer": "`OptimizerParams.create` of a class of your own, chosen by `--optimizer`",
        "create_warmstarter": "`create_warm_starter` makes the object, of the class that `warm_starter_cls` returns",
        "export_trainable_pb": _EXPORT,
    },
    "WarmStarter": {
        "warmstart": "`load`",
        "apply_weights": "`load`",
        "_transform_weight": "`transform_weight`",
        "_apply_renamings": _RULES,
        "_auto_replace_numbers": "the parameter `--warmstart.auto_remove_numbers_for`",
        "_replace_name": _RULES,
        "_trim": _RULES,
    },
    "PredictorBase": {
        "params_cls": "`MultiModelPredictor.default_params` returns parameters of a vote; a single predictor takes "
        "`PredictorParams`",
        "_load_model": "`from_path`",
        "_unwrap_batch": _ITERATE,
        "_print_prediction": "`ModelBase._print_evaluate` prints a prediction",
        "_on_sample_end": _ITERATE,
        "_on_step_end": _ITERATE,
        "_on_predict_end": _ITERATE,
    },
    "LAVBase": {
        "params_cls": "`LAVParams`, or `MultiLAVParams` for a vote",
        "_custom_callbacks": '`ScenarioBase.lav_kwargs` returns `{"callbacks": [...]}`',
        "extract_dump_data": "`tfaip-lav --dump` writes samples after post-processing",
    },
    "LAVCallback": {
        "setup": "`__init__`, and `on_start` for each data set",
        "on_lav_start": "`on_start`",
        "on_lav_end": "`on_end`",
        "_on_lav_end": "`on_end`",
    },
    "Schedule": {
        "lr": "`rate`",
    },
}

# Former hooks whose name nobody gives to anything else: they are refused in all classes with hooks.
UNMISTAKABLE = {"_print_prediction", "_target_output_metric", "_custom_callbacks", "_fill_net_config"}

# Hooks of today whose name nobody gives to anything else, and the class that they belong to.
HOOKS_BY_NAME: Mapping[str, str] = {
    **dict.fromkeys(("_input_layer_specs", "_target_layer_specs", "_meta_layer_specs", "_padding_values"), "DataBase"),
    **dict.fromkeys(
        (
            "_best_logging_settings",
            "_print_evaluate",
            "_export_graphs",
            "_pre_proc_targets",
            "_post_proc_targets",
        ),
        "ModelBase",
    ),
}
