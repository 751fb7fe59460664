import keras


def build_base(n_features=4, n_classes=3):
    model = keras.Sequential([
        keras.Input((n_features,)),
        keras.layers.Dense(50, activation="relu"),
        keras.layers.Dense(25, activation="relu"),
        keras.layers.Dense(n_classes, activation="softmax"),
    ]
    model.compile("adam", "categorical_crossentropy")
    return model
