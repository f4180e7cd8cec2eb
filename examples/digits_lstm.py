'''Train an LSTM to read 8x8 pictures of handwritten digits row by row.

Each picture is a sequence of 8 timesteps, a row of 8 pixels at each.

Gets to 93% test accuracy after 20 epochs, in a few seconds on a CPU.

Data: Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak,
UCI Machine Learning Repository, CC BY 4.0 (see data/README.md).

    python digits_lstm.py
'''
from __future__ import print_function
import os
import numpy as np
np.random.seed(1337)  # for reproducibility

from keras.models import Sequential
from keras.layers.core import Dense, Activation
from keras.layers.recurrent import LSTM
from keras.utils import np_utils

batch_size = 32
nb_classes = 10
nb_epoch = 20
hidden_units = 64

# the data, shuffled and split between train and test sets
digits = np.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data', 'digits.npz'))
order = np.random.permutation(len(digits['labels']))
X = digits['images'][order].astype('float32') / 16
y = digits['labels'][order]
X_train, X_test = X[:1440], X[1440:]
y_train, y_test = y[:1440], y[1440:]
print('X_train shape:', X_train.shape)
print(X_train.shape[0], 'train samples')
print(X_test.shape[0], 'test samples')

# convert class vectors to binary class matrices
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)

print('Build model...')
model = Sequential()
model.add(LSTM(hidden_units, input_shape=X_train.shape[1:]))
model.add(Dense(nb_classes))
model.add(Activation('softmax'))

model.compile(loss='categorical_crossentropy', optimizer='adam')

print('Train...')
model.fit(X_train, Y_train, batch_size=batch_size, nb_epoch=nb_epoch,
          show_accuracy=True, verbose=2, validation_data=(X_test, Y_test))
score, acc = model.evaluate(X_test, Y_test, show_accuracy=True, verbose=0)
print('Test score:', score)
print('Test accuracy:', acc)
