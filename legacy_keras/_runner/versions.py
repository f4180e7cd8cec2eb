"""What lay where in Keras: the module paths of 0.3, and the names of other releases.

Data and one look-up. Who asks: ``alias.py``, for every ``keras.…`` that is imported.
"""

from __future__ import annotations

from typing import NamedTuple

# Module paths, without the leading ``keras.``: those of 0.3, and two that only 0.1 and 0.2 had.
ERA_PATHS = frozenset(
    """
    activations callbacks constraints initializations models objectives optimizers regularizers
    backend backend.common backend.tensorflow_backend backend.theano_backend
    datasets datasets.cifar datasets.cifar10 datasets.cifar100 datasets.data_utils
    datasets.imdb datasets.mnist datasets.reuters
    layers layers.advanced_activations layers.containers layers.convolutional layers.core
    layers.embeddings layers.noise layers.normalization layers.recurrent layers.wrappers
    preprocessing preprocessing.image preprocessing.sequence preprocessing.text
    utils utils.data_utils utils.generic_utils utils.io_utils utils.layer_utils utils.np_utils
    utils.test_utils utils.visualize_util utils.dot_utils utils.theano_utils
    wrappers wrappers.scikit_learn
    """.split()
)

# Module paths of Theano that scripts import, without the leading ``theano.``.
THEANO_PATHS = frozenset(
    """
    compile compile.function_module compile.io compile.mode compile.nanguardmode
    compile.sharedvalue gof gradient ifelse printing sandbox sandbox.cuda sandbox.rng_mrg
    scan_module scan_module.scan_utils tensor tensor.basic tensor.extra_ops tensor.nlinalg
    tensor.nnet tensor.nnet.bn tensor.nnet.conv tensor.nnet.conv3d2d tensor.nnet.neighbours
    tensor.nnet.nnet tensor.nnet.sigm tensor.shared_randomstreams tensor.sharedvar tensor.signal
    tensor.signal.conv tensor.signal.downsample tensor.signal.pool tensor.slinalg
    tensor.subtensor tensor.var
    """.split()
)

# What modules of 0.2 and 0.3 imported for themselves, and so gave to who imported * from them.
BESIDES = {
    "activations": "K T get_from_module",
    "backend": "RandomStreams T np theano",
    "callbacks": "Progbar json np time warnings",
    "constraints": "K T get_from_module np theano",
    "initializations": "K T get_from_module np sharedX shared_ones shared_zeros theano",
    "layers": "ActivityRegularizer K OrderedDict activations constraints copy initializations "
    "inspect np regularizers",
    "layers.advanced_activations": "K Layer MaskedLayer T initializations np sharedX shared_ones "
    "shared_zeros",
    "layers.containers": "K Layer Merge OrderedDict T ndim_tensor",
    "layers.convolutional": "K Layer T activations constraints downsample initializations "
    "regularizers shared_zeros theano",
    "layers.core": "ActivityRegularizer K OrderedDict RandomStreams Regularizer T activations "
    "constraints copy initializations inspect make_tuple ndim_tensor np regularizers "
    "shared_zeros theano",
    "layers.embeddings": "K Layer MaskedLayer T activations constraints initializations "
    "regularizers sharedX theano unitnorm",
    "layers.noise": "K MaskedLayer RandomStreams T np theano",
    "layers.normalization": "K Layer T initializations ndim_tensor shared_ones shared_zeros",
    "layers.recurrent": "K Layer MaskedLayer T activations alloc_zeros_matrix initializations np "
    "regularizers shared_scalar shared_zeros theano",
    "layers.wrappers": "K Layer",
    "models": "K Progbar T cbks constraints container_from_config containers copy np objectives "
    "optimizers pprint printv regularizers theano threading time warnings",
    "objectives": "K T get_from_module np theano",
    "optimizers": "K T get_from_module shared_scalar shared_zeros theano",
    "preprocessing.image": "math np os random re",
    "preprocessing.sequence": "np random",
    "preprocessing.text": "np string sys",
    "regularizers": "K T get_from_module",
    "utils.np_utils": "np",
    "utils.theano_utils": "T np theano",
}
ORIGINS = {
    "ActivityRegularizer": "keras.regularizers.ActivityRegularizer",
    "K": "keras.backend",
    "Layer": "keras.layers.core.Layer",
    "MaskedLayer": "keras.layers.core.MaskedLayer",
    "Merge": "keras.layers.core.Merge",
    "OrderedDict": "collections.OrderedDict",
    "Progbar": "keras.utils.generic_utils.Progbar",
    "RandomStreams": "theano.sandbox.rng_mrg.MRG_RandomStreams",
    "Regularizer": "keras.regularizers.Regularizer",
    "T": "theano.tensor",
    "alloc_zeros_matrix": "keras.utils.theano_utils.alloc_zeros_matrix",
    "cbks": "keras.callbacks",
    "container_from_config": "keras.utils.layer_utils.container_from_config",
    "containers": "keras.layers.containers",
    "downsample": "theano.tensor.signal.downsample",
    "get_from_module": "keras.utils.generic_utils.get_from_module",
    "make_tuple": "keras.utils.generic_utils.make_tuple",
    "ndim_tensor": "keras.utils.theano_utils.ndim_tensor",
    "np": "numpy",
    "printv": "keras.utils.generic_utils.printv",
    "sharedX": "keras.utils.theano_utils.sharedX",
    "shared_ones": "keras.utils.theano_utils.shared_ones",
    "shared_scalar": "keras.utils.theano_utils.shared_scalar",
    "shared_zeros": "keras.utils.theano_utils.shared_zeros",
    "unitnorm": "keras.constraints.unitnorm",
    **{
        name: f"keras.{name}"
        for name in (
            "activations", "constraints", "initializations", "objectives", "optimizers",
            "regularizers",
        )
    },
}  # fmt: skip

# What is not here of what older releases had: path -> the last with it, and what to take instead.
# Neither did what it was for: one could not be imported, the other corrupted nothing.
EARLIER = {
    "layers.ntm": ("0.3.0", "LSTM and GRU"),
    "layers.core.DenoisingAutoEncoder": ("0.1.1", "AutoEncoder and GaussianNoise"),
}

# What arrived after 0.3.3: path -> version, and what it is or what 0.3.3 has instead.
# A layer stands as ``layers.Name``, a backend function as ``backend.name``, wherever defined.
LATER = {
    "applications": ("1.1.0", "pretrained models"),
    "engine": ("1.0.0", "functional API"),
    "initializers": ("2.0.0", "keras.initializations before that"),
    "legacy": ("1.0.0", "helpers of Keras 1 and 2"),
    "losses": ("2.0.0", "keras.objectives before that"),
    "metrics": ("1.0.0", "show_accuracy=True before that"),
    "Input": ("2.0.6", "functional API"),
    "Model": ("2.1.0", "functional API"),
    "Sequential": ("2.1.0", "at this path; keras.models.Sequential before that"),
    "activations.elu": ("1.1.1", "the layer keras.layers.advanced_activations.ELU before that"),
    "activations.selu": ("2.0.6", "an activation"),
    "activations.softsign": ("1.0.3", "an activation"),
    "backend.arange": ("1.2.0", "a backend function"),
    "backend.backend": ("1.0.7", "keras.backend._BACKEND before that"),
    "backend.batch_normalization": ("1.0.6", "a backend function"),
    "backend.batch_set_value": ("1.0.1", "set_value for each variable before that"),
    "backend.bias_add": ("2.0.0", "a backend function"),
    "backend.conv2d_transpose": ("2.0.0", "a backend function"),
    "backend.ctc_batch_cost": ("1.0.8", "a backend function"),
    "backend.deconv2d": ("1.0.6", "a backend function"),
    "backend.get_uid": ("1.0.0", "functional API"),
    "backend.image_data_format": ("2.0.0", "the argument dim_ordering of a layer before that"),
    "backend.image_dim_ordering": ("1.0.4", "the argument dim_ordering of a layer before that"),
    "backend.in_test_phase": ("1.0.0", "get_output(train=False) before that"),
    "backend.in_train_phase": ("1.0.0", "get_output(train=True) before that"),
    "backend.is_keras_tensor": ("1.0.7", "functional API"),
    "backend.learning_phase": ("1.0.0", "get_output(train=True or False) before that"),
    "backend.map_fn": ("1.1.2", "a backend function"),
    "backend.one_hot": ("1.0.7", "a backend function"),
    "backend.set_image_data_format": ("2.0.0", "the argument dim_ordering before that"),
    "backend.set_image_dim_ordering": ("1.0.4", "the argument dim_ordering before that"),
    "backend.set_learning_phase": ("1.0.1", "get_output(train=True or False) before that"),
    "backend.stack": ("1.2.0", "a backend function"),
    "backend.stop_gradient": ("1.0.6", "a backend function"),
    "callbacks.CSVLogger": ("1.1.1", "a callback"),
    "callbacks.LambdaCallback": ("1.1.1", "a callback"),
    "callbacks.ReduceLROnPlateau": ("1.1.1", "a callback"),
    "callbacks.TerminateOnNaN": ("2.0.6", "a callback"),
    "constraints.max_norm": ("2.0.0", "keras.constraints.maxnorm before that"),
    "constraints.non_neg": ("2.0.0", "keras.constraints.nonneg before that"),
    "constraints.unit_norm": ("2.0.0", "keras.constraints.unitnorm before that"),
    "datasets.boston_housing": ("2.0.0", "a data set"),
    "datasets.fashion_mnist": ("2.1.0", "a data set"),
    "layers.Add": ("2.0.0", "Merge(mode='sum') before that"),
    "layers.AtrousConvolution2D": ("1.0.6", "a layer"),
    "layers.Average": ("2.0.0", "Merge(mode='ave') before that"),
    "layers.Bidirectional": ("1.0.8", "Merge of two layers, one go_backwards=True, before that"),
    "layers.Concatenate": ("2.0.0", "Merge(mode='concat') before that"),
    "layers.Conv1D": ("1.0.6", "Convolution1D before that"),
    "layers.Conv2D": ("1.0.6", "Convolution2D before that"),
    "layers.Conv2DTranspose": ("2.0.0", "a layer"),
    "layers.Conv3D": ("1.0.6", "Convolution3D before that"),
    "layers.ConvLSTM2D": ("1.1.2", "a layer"),
    "layers.Cropping2D": ("1.0.8", "a layer"),
    "layers.CuDNNGRU": ("2.1.0", "GRU before that"),
    "layers.CuDNNLSTM": ("2.1.0", "LSTM before that"),
    "layers.Deconvolution2D": ("1.0.7", "a layer"),
    "layers.Dot": ("2.0.0", "Merge(mode='dot') before that"),
    "layers.GlobalAveragePooling1D": ("1.1.0", "a Lambda that takes K.mean before that"),
    "layers.GlobalAveragePooling2D": ("1.1.0", "a Lambda that takes K.mean before that"),
    "layers.GlobalMaxPooling1D": ("1.1.0", "a Lambda that takes K.max before that"),
    "layers.GlobalMaxPooling2D": ("1.1.0", "a Lambda that takes K.max before that"),
    "layers.Input": ("1.0.0", "functional API"),
    "layers.InputLayer": ("1.0.0", "functional API"),
    "layers.InputSpec": ("1.0.0", "functional API"),
    "layers.LocallyConnected1D": ("1.0.6", "a layer"),
    "layers.LocallyConnected2D": ("1.0.6", "a layer"),
    "layers.MaxPool2D": ("2.0.0", "MaxPooling2D before that"),
    "layers.Maximum": ("2.0.0", "a layer"),
    "layers.Multiply": ("2.0.0", "Merge(mode='mul') before that"),
    "layers.SeparableConvolution2D": ("1.0.6", "a layer"),
    "layers.SpatialDropout1D": ("1.1.2", "a layer"),
    "layers.SpatialDropout2D": ("1.0.8", "a layer"),
    "layers.Wrapper": ("1.0.0", "functional API"),
    "layers.add": ("2.0.0", "functional API"),
    "layers.concatenate": ("2.0.0", "functional API"),
    "layers.convolutional_recurrent": ("1.1.2", "ConvLSTM2D"),
    "layers.dot": ("2.0.0", "functional API"),
    "layers.local": ("1.0.6", "locally connected layers"),
    "layers.merge": ("1.0.0", "functional API; the layer Merge before that"),
    "layers.multiply": ("2.0.0", "functional API"),
    "layers.pooling": ("1.0.6", "keras.layers.convolutional before that"),
    "models.clone_model": ("2.1.0", "copy.deepcopy before that"),
    "models.load_model": ("1.0.7", "model_from_json and load_weights before that"),
    "models.save_model": ("1.0.7", "to_json and save_weights before that"),
    "objectives.kullback_leibler_divergence": ("1.0.4", "an objective"),
    "objectives.sparse_categorical_crossentropy": ("1.0.0", "an objective"),
    "optimizers.Nadam": ("1.0.5", "an optimizer"),
    "regularizers.l1_l2": ("2.0.0", "keras.regularizers.l1l2 before that"),
    "utils.CustomObjectScope": ("1.2.2", "the argument custom_objects before that"),
    "utils.HDF5Matrix": ("2.0.0", "at this path; keras.utils.io_utils before that"),
    "utils.Progbar": ("2.0.0", "at this path; keras.utils.generic_utils before that"),
    "utils.Sequence": ("2.0.6", "a Python generator before that"),
    "utils.conv_utils": ("2.0.0", "helpers of Keras 2"),
    "utils.get_file": ("2.0.0", "at this path; keras.utils.data_utils before that"),
    "utils.multi_gpu_model": ("2.1.0", "training on several devices"),
    "utils.plot_model": ("2.0.0", "keras.utils.visualize_util.plot before that"),
    "utils.to_categorical": ("2.0.0", "at this path; keras.utils.np_utils before that"),
    "utils.vis_utils": ("2.0.0", "keras.utils.visualize_util before that"),
}


class Keyword(NamedTuple):
    """An argument that tells which Keras a call was written for."""

    keras: str
    methods: tuple[str, ...] = ()  # of models, whatever the model is called; else layers and kin
    instead: str = ""


FITS = ("fit", "fit_generator")
KEYWORDS = {
    "show_accuracy": Keyword("Keras 0.x", (*FITS, "evaluate", "evaluate_generator")),
    "class_mode": Keyword("Keras 0.x", ("compile",)),
    "theano_mode": Keyword("Keras 0.x", ("compile",)),
    "truncate_gradient": Keyword("Keras 0.x"),
    "poolsize": Keyword("Keras 0.x"),
    "nb_epoch": Keyword("Keras 0.x or 1.x", FITS),
    "samples_per_epoch": Keyword("Keras 0.x or 1.x", FITS),
    "nb_filter": Keyword("Keras 0.x or 1.x"),
    "border_mode": Keyword("Keras 0.x or 1.x"),
    "output_dim": Keyword("Keras 0.x or 1.x"),
    "metrics": Keyword("Keras 1.x", ("compile",), "show_accuracy=True of fit"),
    "epochs": Keyword("Keras 2.x", FITS, "nb_epoch="),
    "steps_per_epoch": Keyword("Keras 2.x", FITS, "samples_per_epoch="),
    "validation_steps": Keyword("Keras 2.x", FITS, "nb_val_samples="),
    "units": Keyword("Keras 2.x", (), "output_dim="),
    "filters": Keyword("Keras 2.x", (), "nb_filter="),
    "kernel_size": Keyword("Keras 2.x", (), "nb_row= and nb_col="),
    "kernel_initializer": Keyword("Keras 2.x", (), "init="),
    "kernel_regularizer": Keyword("Keras 2.x", (), "W_regularizer="),
    "recurrent_dropout": Keyword("Keras 2.x", (), "no such thing"),
    "padding": Keyword("Keras 2.x", (), "border_mode="),
    "data_format": Keyword("Keras 2.x", (), "dim_ordering="),
}


def since(path: str) -> tuple[str, str] | None:
    """Return the major version that ``keras.<path>`` arrived in, and what it is."""
    parts = path.split(".")
    if len(parts) == 3:
        parts = [parts[0], parts[2]]
    for length in range(len(parts), 0, -1):
        if found := LATER.get(".".join(parts[:length])):
            return found[0][0], found[1]
    return None


def explain_absent(path: str) -> str | None:
    """Say which Keras had ``keras.<path>``; None if the tables do not know it."""
    if path in EARLIER:
        version, instead = EARLIER[path]
        return f"keras.{path} was last in Keras {version}; 0.3.3 has {instead} instead."
    parts = path.split(".")
    if len(parts) == 3:  # layers.core.Input is found as layers.Input
        parts = [parts[0], parts[2]]
    if ".".join(parts) not in LATER:
        return None
    version, what = LATER[".".join(parts)]
    return (
        f"keras.{path} arrived in Keras {version} ({what}). "
        "legacy-keras runs scripts for Keras 0.1 to 0.3.3."
    )
