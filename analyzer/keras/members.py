"""Public attributes of Keras' layers and models, so that absence can be proved."""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Measured on Keras 3.15 and tf_keras 2.21: dir(Layer()), dir(Model()), united.
LAYER_MEMBERS = _names(
    """
    activity_regularizer call_signature_parameters rematerialized_call
    add_loss add_metric add_update add_variable add_weight autocast build
    build_from_config built call compute_dtype compute_mask compute_output_shape
    compute_output_signature compute_output_spec count_params dtype dtype_policy dynamic
    finalize_state from_config get_build_config get_config get_input_at get_input_mask_at
    get_input_shape_at get_output_at get_output_mask_at get_output_shape_at
    get_weights inbound_nodes input input_dtype input_mask input_shape input_spec
    load_own_variables losses metrics metrics_variables name name_scope
    non_trainable_variables non_trainable_weights outbound_nodes output output_mask
    output_shape path quantization_mode quantize quantized_build quantized_call
    save_own_variables set_weights stateful stateless_call submodules supports_jit
    supports_masking symbolic_call trainable trainable_variables trainable_weights updates
    variable_dtype variables weights with_name_scope
    """
)
MODEL_MEMBERS = _names(
    """
    autotune_steps_per_execution get_weight_paths get_quantization_layer_structure input_shape
    output_shape stateless_compute_loss unrolled_steps_per_execution
    add auto_jit auto_scale_loss compile compile_from_config compiled compiled_loss
    compiled_metrics compute_loss compute_metrics distribute_reduction_method
    distribute_strategy evaluate evaluate_generator export fit fit_generator
    get_compile_config get_layer get_metrics_result get_state_tree history input_names inputs
    jit_compile layers load_weights loss loss_tracker make_predict_function make_test_function
    make_train_function metrics_names optimizer operations output_names outputs pop predict
    predict_function predict_generator predict_on_batch predict_step remat_mode reset_metrics
    reset_states run_eagerly save save_own_variables save_spec save_weights
    set_state_tree stateless_evaluate state_updates steps_per_execution
    stop_evaluating stop_predicting stop_training summary test_function test_on_batch
    test_step to_json to_yaml train_function train_on_batch train_step
    train_tf_function
    """
)
